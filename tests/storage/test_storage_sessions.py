"""Sessions, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from sso_portal.storage.database import Database
from sso_portal.storage.sessions import SessionStore
from sso_portal.storage.users import UserStore
from sso_testkit.counting import counting
from sso_testkit.together import together
from tests.support.records import NOW, a_session, add_session, add_user


def test_a_cookie_finds_its_session_and_person_in_one_statement(database: Database) -> None:
    with database.transaction() as work:
        user = add_user(work)
        session = add_session(work, user.id, "cookie", user_agent="浏览器" * 100, address="a" * 64, remember_me=True)
        add_session(work, add_user(work, "lin").id, "another")
    with counting(database) as counted, database.transaction() as work:
        assert SessionStore(work).live("cookie", NOW) == (session, user)
    assert len(counted.statements) == 1


@pytest.mark.parametrize(
    ("fields", "moment", "lives"),
    [
        ({}, NOW + 3599, True),
        ({}, NOW + 3600, False),
        ({"idle_expires_at": NOW + 90_000}, NOW + 43_199, True),
        ({"idle_expires_at": NOW + 90_000}, NOW + 43_200, False),
        ({"ended_at": NOW}, NOW, False),
    ],
)
def test_a_session_lives_until_it_is_idle_too_long_too_old_or_ended(
    database: Database, fields: dict[str, int], moment: int, lives: bool
) -> None:
    with database.transaction() as work:
        add_session(work, add_user(work).id, "cookie", **fields)
        assert (SessionStore(work).live("cookie", moment) is not None) is lives


def test_a_disabled_person_has_no_session(database: Database) -> None:
    with database.transaction() as work:
        user = add_user(work)
        add_session(work, user.id, "cookie")
        UserStore(work).change(user.id, is_enabled=False)
        assert SessionStore(work).live("cookie", NOW) is None


def test_a_cookie_belongs_to_one_session(database: Database) -> None:
    with database.transaction() as work:
        user = add_user(work)
        add_session(work, user.id, "cookie")
    with pytest.raises(IntegrityError), database.transaction() as work:
        add_session(work, user.id, "cookie")


def test_a_session_needs_a_person(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as work:
        add_session(work, 4711)


def test_renewing_gives_a_new_cookie_and_the_old_one_is_void(database: Database) -> None:
    with database.transaction() as work:
        user = add_user(work)
        session = add_session(work, user.id, "old")
        assert SessionStore(work).renew(session.sid, "old", "new", auth_time=NOW + 9) is True
        assert SessionStore(work).live("old", NOW) is None
        assert SessionStore(work).live("new", NOW) == (replace(session, auth_time=NOW + 9), user)


def test_a_session_that_is_over_is_not_renewed(database: Database) -> None:
    with database.transaction() as work:
        session = add_session(work, add_user(work).id, "old", ended_at=NOW)
        assert SessionStore(work).renew(session.sid, "old", "new") is False


def test_of_twenty_renewals_at_once_one_succeeds(database: Database) -> None:
    with database.transaction() as work:
        session = add_session(work, add_user(work).id, "old")

    def renew(number: int) -> bool:
        with database.transaction() as work:
            return SessionStore(work).renew(session.sid, "old", f"new {number}")

    assert sorted(together(20, renew)) == [False] * 19 + [True]


def test_a_touch_moves_the_idle_end(database: Database) -> None:
    with database.transaction() as work:
        session = add_session(work, add_user(work).id, "cookie")
        SessionStore(work).touch(session.sid, NOW + 100, NOW + 3700)
        found = SessionStore(work).live("cookie", NOW + 3699)
    assert found is not None
    assert found[0] == replace(session, last_seen_at=NOW + 100, idle_expires_at=NOW + 3700)


def test_a_session_ends_once(database: Database) -> None:
    with database.transaction() as work:
        session = add_session(work, add_user(work).id, "cookie")
        ended = replace(session, ended_at=NOW + 1, ended_because="signed_out")
        assert SessionStore(work).end(session.sid, "signed_out", NOW + 1) == ended
        assert SessionStore(work).end(session.sid, "expired", NOW + 2) is None
        assert SessionStore(work).end("never was", "expired", NOW) is None
        assert SessionStore(work).of_user(session.user_id) == [ended]


def test_sessions_that_go_on_come_with_the_last_used_first(database: Database) -> None:
    with database.transaction() as work:
        zp, lin = add_user(work, "zp"), add_user(work, "lin")
        one = add_session(work, zp.id, "one", last_seen_at=NOW - 5)
        two = add_session(work, zp.id, "two", last_seen_at=NOW)
        add_session(work, zp.id, "over", ended_at=NOW)
        add_session(work, lin.id, "three")
        assert SessionStore(work).going_on(zp.id) == [two, one]


def test_sessions_that_are_over_come_with_the_latest_first(database: Database) -> None:
    with database.transaction() as work:
        user, lin = add_user(work), add_user(work, "lin")
        ended = add_session(work, user.id, "ended", ended_at=NOW - 10)
        idle = add_session(work, user.id, "idle", idle_expires_at=NOW - 5)
        add_session(work, user.id, "ended long ago", ended_at=NOW - 101)
        add_session(work, user.id, "idle long ago", idle_expires_at=NOW - 101)
        # It was ended after its time was over: its end is what counts.
        late = add_session(work, user.id, "late", idle_expires_at=NOW - 200, ended_at=NOW - 100)
        add_session(work, user.id, "goes on", idle_expires_at=NOW + 1)
        add_session(work, lin.id, "somebody else's", ended_at=NOW - 10)
        store = SessionStore(work)
        assert store.over_since(user.id, NOW - 100, NOW, 10) == [idle, ended, late]
        assert store.over_since(user.id, NOW - 100, NOW, 2) == [idle, ended]


def test_sessions_of_a_person_come_newest_first(database: Database) -> None:
    with database.transaction() as work:
        zp, lin = add_user(work, "zp"), add_user(work, "lin")
        for age in (5, 1, 9):
            add_session(work, zp.id, created_at=NOW - age)
        add_session(work, lin.id)
        assert [NOW - session.created_at for session in SessionStore(work).of_user(zp.id)] == [1, 5, 9]


def test_the_sweep_takes_what_is_over_in_batches_and_leaves_the_rest(database: Database) -> None:
    with database.transaction() as work:
        user = add_user(work)
        for _ in range(5):
            add_session(work, user.id, expires_at=NOW - 1)
        add_session(work, user.id, ended_at=NOW - 1)
        kept = {add_session(work, user.id, expires_at=NOW).sid, add_session(work, user.id, ended_at=NOW).sid}
    counts = []
    for _ in range(3):
        with database.transaction() as work:
            counts.append(SessionStore(work).sweep(NOW, 4))
    assert counts == [4, 2, 0]
    with database.transaction() as work:
        assert {session.sid for session in SessionStore(work).of_user(user.id)} == kept


def test_records_cannot_be_changed_by_accident() -> None:
    with pytest.raises(AttributeError):
        a_session(1).sid = "another"  # type: ignore[misc]
