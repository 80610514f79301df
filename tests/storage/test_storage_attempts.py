"""Counters of failed sign-ins, on both databases: no number of tries at once gets past the ladder."""

from __future__ import annotations

import pytest

from sso_portal.storage.attempts import AttemptStore, Ladder
from sso_portal.storage.database import Database
from sso_testkit.together import together
from tests.support.records import NOW

LADDER = Ladder((0, 0, 4, 60), forget_seconds=3600)


def reserve(database: Database, now: int, key: str = "account:zp", ladder: Ladder = LADDER) -> int | None:
    """One try in a transaction of its own."""
    with database.transaction() as work:
        return AttemptStore(work).reserve(key, ladder, now)


def test_failures_climb_the_ladder_and_stay_on_its_last_rung(database: Database) -> None:
    assert [reserve(database, NOW) for _ in range(4)] == [None, None, None, NOW + 4]
    assert reserve(database, NOW + 3) == NOW + 4
    assert reserve(database, NOW + 4) is None
    assert reserve(database, NOW + 4) == NOW + 64
    assert reserve(database, NOW + 64) is None
    assert reserve(database, NOW + 65) == NOW + 124


def test_only_the_last_rung_is_a_lock(database: Database) -> None:
    def locked(now: int) -> int | None:
        with database.transaction() as work:
            return AttemptStore(work).locked_until("account:zp", LADDER, now)

    assert locked(NOW) is None
    for now in (NOW, NOW, NOW):
        reserve(database, now)
    assert locked(NOW) is None, "a pause is no lock"
    reserve(database, NOW + 4)
    assert [locked(NOW + 4), locked(NOW + 63), locked(NOW + 64)] == [NOW + 64, NOW + 64, None]


def test_a_blocked_try_makes_the_wait_no_longer(database: Database) -> None:
    for _ in range(3):
        reserve(database, NOW)
    assert [reserve(database, NOW + second) for second in range(4)] == [NOW + 4] * 4
    assert reserve(database, NOW + 4) is None


def test_keys_do_not_know_each_other(database: Database) -> None:
    for _ in range(3):
        reserve(database, NOW)
    assert reserve(database, NOW) is not None
    assert reserve(database, NOW, "account:lin") is None


def test_failures_are_forgotten_after_a_while_without_a_try(database: Database) -> None:
    for _ in range(2):
        reserve(database, NOW)
    assert reserve(database, NOW + 3601) is None
    assert reserve(database, NOW + 3601) is None, "two free tries again"
    assert reserve(database, NOW + 3601) is None
    assert reserve(database, NOW + 3601) == NOW + 3605


def test_failures_are_remembered_up_to_that_moment(database: Database) -> None:
    for _ in range(2):
        reserve(database, NOW)
    assert reserve(database, NOW + 3600) is None
    assert reserve(database, NOW + 3600) == NOW + 3604


def test_a_clock_that_is_behind_does_not_block_a_free_try(database: Database) -> None:
    assert reserve(database, NOW) is None
    assert reserve(database, NOW - 1) is None


def test_clearing_starts_anew(database: Database) -> None:
    for _ in range(3):
        reserve(database, NOW)
    with database.transaction() as work:
        AttemptStore(work).clear("account:zp")
    assert [reserve(database, NOW) for _ in range(4)] == [None, None, None, NOW + 4]


def test_a_try_that_is_given_back_does_not_count(database: Database) -> None:
    for _ in range(10):
        assert reserve(database, NOW) is None
        with database.transaction() as work:
            AttemptStore(work).give_back("account:zp", NOW)
    with database.transaction() as work:
        AttemptStore(work).give_back("account:nobody", NOW)
    assert [reserve(database, NOW) for _ in range(4)] == [None, None, None, NOW + 4]


def test_giving_back_does_not_lift_a_block_that_came_from_somebody_elses_later_try(database: Database) -> None:
    ladder = Ladder((0, 50), 3600)
    assert reserve(database, NOW, "address:x", ladder) is None
    assert reserve(database, NOW + 1, "address:x", ladder) is None
    with database.transaction() as work:
        AttemptStore(work).give_back("address:x", NOW)
    assert reserve(database, NOW + 2, "address:x", ladder) == NOW + 51


@pytest.mark.parametrize(("allowed", "threads"), [(1, 20), (3, 20), (10, 24)])
def test_never_more_tries_at_once_than_the_ladder_allows(database: Database, allowed: int, threads: int) -> None:
    ladder = Ladder((0,) * (allowed - 1) + (900,), 3600)
    outcomes = together(threads, lambda _number: reserve(database, NOW, ladder=ladder))
    assert outcomes.count(None) == allowed
    assert outcomes.count(NOW + 900) == threads - allowed


def test_two_keys_in_one_transaction_never_wait_for_each_other_in_a_circle(database: Database) -> None:
    generous = Ladder((0,) * 100 + (900,), 3600)

    def try_from(number: int) -> list[int | None]:
        with database.transaction() as work:
            store = AttemptStore(work)
            return [store.reserve(f"account:{number % 3}", generous, NOW), store.reserve("address:a", generous, NOW)]

    assert together(20, try_from) == [[None, None]] * 20


def test_the_longest_key_fits(database: Database) -> None:
    assert reserve(database, NOW, "address:" + "f" * 64) is None
    assert reserve(database, NOW, "k" * 80) is None


def test_the_sweep_takes_old_counters_in_batches_but_no_lock(database: Database) -> None:
    for number in range(5):
        reserve(database, NOW - 100, f"old {number}")
    locked = Ladder((500,), 3600)
    reserve(database, NOW - 100, "locked", locked)
    reserve(database, NOW, "fresh")
    counts = []
    for _ in range(3):
        with database.transaction() as work:
            counts.append(AttemptStore(work).sweep(NOW, 3))
    assert counts == [3, 2, 0]
    assert reserve(database, NOW, "locked", locked) == NOW + 400
