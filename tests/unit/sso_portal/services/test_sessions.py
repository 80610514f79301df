"""Sessions: a new cookie at every sign-in, two lifetimes, written seldom."""

from __future__ import annotations

from typing import Any

import pytest

from sso_portal.services.sessions import Session
from sso_portal.services.users import User
from sso_portal.wiring import Portal, Unit
from sso_testkit import MovableClock
from sso_testkit.counting import counting


def begin(unit: Unit, user: User, old: str | None = None, **fields: Any) -> tuple[Session, str]:
    """A sign-in from some browser."""
    browser = {"remember_me": False, "address": "192.0.2.7", "user_agent": "a browser", **fields}
    return unit.sessions.begin(user, old_cookie=old, **browser)


@pytest.fixture
def lin(portal: Portal) -> User:
    """Somebody else."""
    with portal.transaction() as unit:
        return unit.users.add("lin", email="lin@example.test", password="lin-password")


def test_a_session_begins_and_is_found_by_its_cookie(portal: Portal, zp: User, clock: MovableClock) -> None:
    with portal.transaction() as unit:
        session, cookie = begin(unit, zp)
    with portal.transaction() as unit:
        assert unit.sessions.find(cookie) == (session, zp)
        assert unit.sessions.find("another") is None
        assert unit.sessions.find(session.sid) is None, "the public name is no key"
    assert (session.auth_time, session.created_at, len(cookie)) == (clock.now(), clock.now(), 43)


@pytest.mark.parametrize(("remember_me", "idle"), [(False, 7200), (True, 1_209_600)])
def test_it_ends_when_it_is_not_used(
    portal: Portal, zp: User, clock: MovableClock, remember_me: bool, idle: int
) -> None:
    with portal.transaction() as unit:
        _, cookie = begin(unit, zp, remember_me=remember_me)
    clock.advance(idle - 1)
    with portal.transaction() as unit:
        assert unit.sessions.find(cookie) is not None
    clock.advance(idle - 1)
    with portal.transaction() as unit:
        assert unit.sessions.find(cookie) is not None, "its use was noted"
    clock.advance(idle)
    with portal.transaction() as unit:
        assert unit.sessions.find(cookie) is None


@pytest.mark.parametrize(("remember_me", "step", "absolute"), [(False, 3000, 43_200), (True, 1_000_000, 2_592_000)])
def test_it_ends_however_much_it_is_used(
    portal: Portal, zp: User, clock: MovableClock, remember_me: bool, step: int, absolute: int
) -> None:
    with portal.transaction() as unit:
        session, cookie = begin(unit, zp, remember_me=remember_me)
    while clock.now() + step < session.created_at + absolute:
        clock.advance(step)
        with portal.transaction() as unit:
            assert unit.sessions.find(cookie) is not None
    clock.advance(session.created_at + absolute - clock.now())
    with portal.transaction() as unit:
        assert unit.sessions.find(cookie) is None


def test_its_use_is_written_once_a_minute(portal: Portal, zp: User, clock: MovableClock) -> None:
    with portal.transaction() as unit:
        _, cookie = begin(unit, zp)
    written = []
    for seconds in (0, 59, 1, 59, 1):
        clock.advance(seconds)
        with counting(portal.database) as counted, portal.transaction() as unit:
            unit.sessions.find(cookie)
        written.append([statement.split()[0] for statement in counted.statements])
    assert written == [["SELECT"], ["SELECT"], ["SELECT", "UPDATE"], ["SELECT"], ["SELECT", "UPDATE"]]


def test_the_same_person_goes_on_under_the_same_name_with_a_new_cookie(
    portal: Portal, zp: User, clock: MovableClock
) -> None:
    with portal.transaction() as unit:
        first, old = begin(unit, zp)
        clock.advance(100)
        second, new = begin(unit, zp, old, remember_me=True)
    assert (second.sid, second.created_at) == (first.sid, first.created_at)
    assert (second.auth_time, second.remember_me) == (clock.now(), True)
    with portal.transaction() as unit:
        assert unit.sessions.find(old) is None
        assert unit.sessions.find(new) == (second, zp)
        assert len(unit.sessions.of_user(zp)) == 1


def test_another_person_in_the_same_browser_leaves_the_first_ones_session(portal: Portal, zp: User, lin: User) -> None:
    with portal.transaction() as unit:
        first, old = begin(unit, zp)
        second, new = begin(unit, lin, old)
    assert second.sid != first.sid
    with portal.transaction() as unit:
        assert unit.sessions.find(old) == (first, zp)
        assert unit.sessions.find(new) == (second, lin)


def test_the_sessions_of_one_browser(portal: Portal, zp: User, lin: User, clock: MovableClock) -> None:
    with portal.transaction() as unit:
        first, hers = begin(unit, zp)
        second, his = begin(unit, lin, remember_me=True)
    with portal.transaction() as unit, counting(portal.database) as counted:
        found = unit.sessions.in_browser([his, "x" * 43, hers, ""])
    assert [(one.cookie, one.session, one.user, one.is_living) for one in found] == [
        (his, second, lin, True),
        (hers, first, zp, True),
    ]
    assert len(counted.statements) == 1, "and no use was noted"
    assert hers not in repr(found)
    clock.advance(7200)
    with portal.transaction() as unit:
        assert [one.is_living for one in unit.sessions.in_browser([his, hers])] == [True, False]
        unit.sign_outs.end(second.sid, "signed_out")
        unit.sign_outs.end_expired(0)
        assert [one.user for one in unit.sessions.in_browser([his, hers])] == [zp], "who only was away is known still"
    clock.advance(86_400)
    with portal.transaction() as unit:
        assert unit.sessions.in_browser([his, hers]) == []


def test_who_is_disabled_is_in_no_browser(portal: Portal, zp: User) -> None:
    with portal.transaction() as unit:
        _, cookie = begin(unit, zp)
        unit.users.set_enabled(zp, False)
        assert unit.sessions.in_browser([cookie]) == []


def test_a_cookie_that_was_planted_is_not_taken_over(portal: Portal, zp: User) -> None:
    with portal.transaction() as unit:
        _, cookie = begin(unit, zp, "planted")
    assert cookie != "planted"
    with portal.transaction() as unit:
        assert unit.sessions.find("planted") is None


def test_an_old_session_that_is_over_is_not_revived(portal: Portal, zp: User, clock: MovableClock) -> None:
    with portal.transaction() as unit:
        first, old = begin(unit, zp)
        clock.advance(7200)
        second, _ = begin(unit, zp, old)
    assert second.sid != first.sid


def test_browsers_of_one_person_have_sessions_of_their_own(portal: Portal, zp: User) -> None:
    with portal.transaction() as unit:
        (one, first), (two, second) = begin(unit, zp), begin(unit, zp)
        assert one.sid != two.sid
        assert unit.sign_outs.end(one.sid, "signed_out") is not None
        assert unit.sign_outs.end(one.sid, "signed_out") is None
        assert unit.sessions.find(first) is None
        assert unit.sessions.find(second) is not None


def test_every_session_of_a_person_ends_at_once(portal: Portal, zp: User, lin: User) -> None:
    with portal.transaction() as unit:
        cookies = [begin(unit, zp)[1] for _ in range(3)]
        _, other = begin(unit, lin)
        assert len(unit.sign_outs.end_all_of(zp, "ended_by_administrator")) == 3
        assert [unit.sessions.find(cookie) for cookie in cookies] == [None] * 3
        assert unit.sessions.find(other) is not None


def test_what_a_browser_says_of_itself_is_cut_to_fit(portal: Portal, zp: User) -> None:
    with portal.transaction() as unit:
        session, _ = begin(unit, zp, address="f" * 500, user_agent="浏" * 5000)
    assert (len(session.address), len(session.user_agent)) == (64, 300)


def test_an_idle_time_longer_than_the_absolute_one_does_not_outlive_it(
    make_portal: Any, zp: User, clock: MovableClock
) -> None:
    portal = make_portal(session__idle_seconds="900", session__absolute_seconds="600")
    with portal.transaction() as unit:
        session, cookie = begin(unit, zp)
        assert session.idle_expires_at == session.expires_at == clock.now() + 600
        clock.advance(500)
        unit.sessions.find(cookie)
        clock.advance(100)
        assert unit.sessions.find(cookie) is None
