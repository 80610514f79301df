"""The outbox on both databases: of any number of processes one gets each notice, and one settles it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sso_portal.base.ids import identifier, token
from sso_portal.storage.database import Database, Work
from sso_portal.storage.logout_notices import LogoutNotice, LogoutNoticeStore, SignOut
from sso_testkit.together import together
from tests.support.records import NOW, add_user

THREADS = 12
LEASE = 15


def add_sign_out(work: Work, user_id: int, clients: list[str], **fields: Any) -> list[LogoutNotice]:
    """A sign-out of which these clients are to be told now."""
    sign_out = SignOut(token(), identifier(), user_id, "signed_out", None, None, fields.get("created_at", NOW))
    values: dict[str, Any] = {"state": "waiting", "created_at": NOW, "next_attempt_at": NOW, **fields}
    notices = [
        LogoutNotice(identifier(), sign_out.receipt_hash, sign_out.sid, user_id, client_id, **values)
        for client_id in clients
    ]
    LogoutNoticeStore(work).add(sign_out, notices)
    return notices


@pytest.fixture
def user_id(database: Database) -> int:
    with database.transaction() as work:
        return add_user(work).id


@pytest.fixture
def notices(database: Database, user_id: int) -> list[LogoutNotice]:
    """Forty, for as many clients."""
    with database.transaction() as work:
        return add_sign_out(work, user_id, [f"client-{number:02}" for number in range(40)])


def test_each_notice_is_claimed_by_one_of_many(database: Database, notices: list[LogoutNotice]) -> None:
    def work_on(_number: int) -> list[str]:
        taken: list[str] = []
        empty = 0
        # PostgreSQL passes over what others hold just now: nothing once is not nothing for ever.
        while empty < 3:
            with database.transaction() as work:
                claimed = LogoutNoticeStore(work).claim(NOW, NOW + LEASE, 3)
            assert len(claimed) <= 3
            assert all((notice.attempts, notice.next_attempt_at) == (1, NOW + LEASE) for notice in claimed)
            taken.extend(notice.id for notice in claimed)
            empty += not claimed
        return taken

    taken = Counter(notice_id for part in together(THREADS, work_on) for notice_id in part)
    assert taken == Counter(notice.id for notice in notices)


def test_a_new_notice_is_claimed_by_one_of_many(database: Database, notices: list[LogoutNotice]) -> None:
    def claim(number: int) -> bool:
        with database.transaction() as work:
            if number % 2:
                return LogoutNoticeStore(work).claim_new(notices[0].id, NOW + LEASE)
            return notices[0].id in {notice.id for notice in LogoutNoticeStore(work).claim(NOW, NOW + LEASE, 100)}

    assert together(THREADS, claim).count(True) == 1


def test_after_the_lease_another_may_claim_it(database: Database, notices: list[LogoutNotice]) -> None:
    with database.transaction() as work:
        store = LogoutNoticeStore(work)
        assert len(store.claim(NOW, NOW + LEASE, 100)) == len(notices)
        assert store.has_due(NOW + LEASE - 1) is False
        assert store.claim(NOW + LEASE - 1, NOW + 99, 100) == []
        assert store.has_due(NOW + LEASE) is True
        again = store.claim(NOW + LEASE, NOW + 99, 100)
    assert {notice.id for notice in again} == {notice.id for notice in notices}
    assert {notice.attempts for notice in again} == {2}


def test_what_waits_longest_comes_first_and_no_client_takes_all_places(database: Database, user_id: int) -> None:
    with database.transaction() as work:
        store = LogoutNoticeStore(work)
        for second in range(30):
            add_sign_out(work, user_id, ["crowded"], next_attempt_at=NOW - 100 + second)
        add_sign_out(work, user_id, ["a", "b"], next_attempt_at=NOW - 1)
        first = store.claim(NOW, NOW + LEASE, 16)
        assert Counter(notice.client_id for notice in first) == {"crowded": 4, "a": 1, "b": 1}
        second_round = store.claim(NOW, NOW + LEASE, 3)
        assert [notice.client_id for notice in second_round] == ["crowded"] * 3
    waited = {notice.next_attempt_at for notice in store_of(database, "crowded")}
    assert waited == {NOW + LEASE, *range(NOW - 93, NOW - 70)}, "the oldest seven are taken"


def store_of(database: Database, client_id: str) -> list[LogoutNotice]:
    """What waits for a client."""
    with database.transaction() as work:
        return [notice for notice in LogoutNoticeStore(work).unsettled(1000) if notice.client_id == client_id]


def test_the_latest_notices_are_told_with_their_sign_outs(database: Database, user_id: int) -> None:
    with database.transaction() as work:
        store = LogoutNoticeStore(work)
        old = add_sign_out(work, user_id, ["old"], created_at=NOW - 9, state="signed_out", settled_at=NOW - 8)
        new = add_sign_out(work, user_id, ["a", "b"])
        told = store.latest(10)
        # Mutants: what is settled is left out; a notice comes with another sign-out than its own; oldest first.
        assert [notice for notice, _ in told] == [new[1], new[0], old[0]]
        assert [sign_out for _, sign_out in told] == [store.sign_out(notice.receipt_hash) for notice, _ in told]
        assert [notice.client_id for notice, _ in store.latest(1)] == ["b"]


def test_one_of_many_settles_a_notice(database: Database, notices: list[LogoutNotice]) -> None:
    def settle(number: int) -> bool:
        with database.transaction() as work:
            state = "signed_out" if number % 2 else "given_up"
            return LogoutNoticeStore(work).settle(notices[0].id, state, NOW + number)

    assert together(THREADS, settle).count(True) == 1


def test_what_is_settled_stays_so(database: Database, notices: list[LogoutNotice]) -> None:
    notice = notices[0]
    with database.transaction() as work:
        store = LogoutNoticeStore(work)
        store.try_again(notice.id, NOW + 5, "It was answered with status 500.")
        assert store.settle(notice.id, "signed_out", NOW + 7) is True
        store.try_again(notice.id, NOW, "A try that comes back late.")
        assert store.settle(notice.id, "given_up", NOW + 9, "another") is False
        assert store.claim_new(notice.id, NOW + LEASE) is False
        assert notice.id not in {taken.id for taken in store.claim(NOW + 99, NOW + 200, 100)}
        (found,) = [one for one in store.of_receipt(notice.receipt_hash) if one.id == notice.id]
    assert (found.state, found.settled_at, found.problem) == ("signed_out", NOW + 7, None)


def test_hastening_is_for_what_has_failed_and_nobody_tries(database: Database, user_id: int) -> None:
    with database.transaction() as work:
        store = LogoutNoticeStore(work)
        failed, trying = (add_sign_out(work, user_id, ["shop"])[0] for _ in range(2))
        add_sign_out(work, user_id, ["shop"], next_attempt_at=NOW + 5)
        (others,) = add_sign_out(work, user_id, ["cafe"])
        for notice in (failed, trying, others):
            store.try_again(notice.id, NOW + 300, "It was answered with status 500.")
        # Being tried once more, with a lease.
        store.try_again(trying.id, NOW - 5, "It was answered with status 500.")
        assert [taken.id for taken in store.claim(NOW - 5, NOW + LEASE, 1)] == [trying.id]
    with database.transaction() as work:
        store = LogoutNoticeStore(work)
        assert store.hasten("shop", NOW) == 1
        assert store.hasten("shop", NOW) == 0
        assert {notice.id for notice in store.claim(NOW, NOW + LEASE, 10)} == {failed.id}


def test_a_receipt_shows_its_own_notices(database: Database, user_id: int) -> None:
    with database.transaction() as work:
        store = LogoutNoticeStore(work)
        notices = add_sign_out(work, user_id, ["b", "a"])
        add_sign_out(work, user_id, ["c"])
        nobody = SignOut(token(), identifier(), user_id, "expired", "shop", "https://shop.example.test/", NOW)
        store.add(nobody, [])
        assert store.of_receipt(notices[0].receipt_hash) == [notices[1], notices[0]]
        assert store.sign_out(nobody.receipt_hash) == nobody
        assert store.of_receipt(nobody.receipt_hash) == []
        assert store.sign_out("another") is None


def test_old_sign_outs_are_swept_with_their_notices(database: Database, user_id: int) -> None:
    with database.transaction() as work:
        store = LogoutNoticeStore(work)
        for age in (3, 2, 1):
            add_sign_out(work, user_id, ["a", "b"], created_at=NOW - age)
        assert store.sweep(NOW - 1, 1) == 1
        assert store.sweep(NOW - 1, 100) == 1
        assert store.sweep(NOW - 1, 100) == 0
        assert {notice.created_at for notice in store.unsettled(100)} == {NOW - 1}
        assert len(store.unsettled(1)) == 1
