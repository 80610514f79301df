"""Device codes: stored by hash, answered once, consumed once, and guessing gets slower."""

from __future__ import annotations

import pytest

from sso_portal.base.user_codes import draw_user_code
from sso_portal.services import device_codes
from sso_portal.services.device_codes import Begun, DeviceCode, Slowed
from sso_portal.services.sessions import Session
from sso_portal.services.users import User
from sso_portal.wiring import Portal
from sso_testkit import MovableClock
from sso_testkit.together import together

SCOPE = "openid profile email"


@pytest.fixture
def session(portal: Portal, zp: User) -> Session:
    """Zp's session."""
    with portal.transaction() as unit:
        return unit.sessions.begin(zp, remember_me=False, address="a", user_agent="", old_cookie=None)[0]


def begun(portal: Portal, client_id: str = "tv") -> Begun:
    with portal.transaction() as unit:
        codes = unit.device_codes.begin(client_id, SCOPE)
    assert codes is not None
    return codes


def typed(portal: Portal, user_code: str, user_id: int, address: str = "a") -> DeviceCode | Slowed | None:
    with portal.transaction() as unit:
        return unit.device_codes.find_typed(user_code, user_id, address)


def state(portal: Portal, codes: Begun, client_id: str = "tv") -> str:
    with portal.transaction() as unit:
        return unit.device_codes.poll(codes.device_code, client_id).state


def record_of(portal: Portal, codes: Begun) -> DeviceCode:
    with portal.transaction() as unit:
        record = unit.device_codes.poll(codes.device_code, "tv").record
    assert record is not None
    return record


def test_neither_code_is_stored_as_it_is(portal: Portal) -> None:
    codes = begun(portal)
    with portal.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM device_codes").all()
    assert len(rows) == 1
    assert codes.device_code not in str(rows)
    assert codes.user_code not in str(rows)


def test_a_user_code_that_is_taken_is_drawn_again(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    draws = iter(["BBBBBBBB", "BBBBBBBB", "CCCCCCCC"])
    monkeypatch.setattr(device_codes, "draw_user_code", lambda: next(draws))
    assert begun(portal).user_code == "BBBBBBBB"
    assert begun(portal).user_code == "CCCCCCCC"
    monkeypatch.setattr(device_codes, "draw_user_code", lambda: "BBBBBBBB")
    with portal.transaction() as unit:
        assert unit.device_codes.begin("tv", SCOPE) is None


def test_from_pending_to_allowed_to_replayed(portal: Portal, session: Session) -> None:
    codes = begun(portal)
    assert state(portal, codes) == "pending"
    record = typed(portal, codes.user_code, session.user_id)
    assert isinstance(record, DeviceCode)
    with portal.transaction() as unit:
        assert unit.device_codes.allow(record, session, ["openid"]) is True
        assert unit.device_codes.deny(record, session) is False
    # Haste is no fault of a device that can be told something.
    assert state(portal, codes) == "allowed"
    granted = record_of(portal, codes)
    assert (granted.scope, granted.user_id, granted.sid) == ("openid", session.user_id, session.sid)
    with portal.transaction() as unit:
        assert unit.device_codes.is_consumed(granted) is False
        assert unit.device_codes.amr_of(granted) == "pwd"
        assert unit.device_codes.consume(granted) is True
        assert unit.device_codes.consume(granted) is False
        assert unit.device_codes.is_consumed(granted) is True
    assert state(portal, codes) == "replayed"


def test_a_denied_code_keeps_what_was_asked_for(portal: Portal, session: Session) -> None:
    codes = begun(portal)
    record = typed(portal, codes.user_code, session.user_id)
    assert isinstance(record, DeviceCode)
    with portal.transaction() as unit:
        assert unit.device_codes.deny(record, session) is True
        assert unit.device_codes.allow(record, session, ["openid"]) is False
    assert state(portal, codes) == "denied"
    assert record_of(portal, codes).scope == SCOPE


def test_another_clients_code_is_unknown_and_its_poll_does_not_count(portal: Portal) -> None:
    codes = begun(portal)
    assert state(portal, codes, "other") == "unknown"
    assert state(portal, Begun("no such code", "")) == "unknown"
    assert state(portal, codes) == "pending"


def test_polling_too_fast_and_expiring(portal: Portal, clock: MovableClock) -> None:
    codes = begun(portal)
    seen = []
    for pause in (0, 4, 10, 9, 15, 14, 20, 527, 1, 1):
        clock.advance(pause)
        seen.append(state(portal, codes))
    assert seen == ["pending", "slow_down"] * 3 + ["pending"] * 2 + ["expired"] * 2


def test_a_code_is_found_until_it_expires(portal: Portal, clock: MovableClock, zp: User) -> None:
    codes = begun(portal)
    clock.advance(599)
    assert isinstance(typed(portal, codes.user_code, zp.id), DeviceCode)
    clock.advance(1)
    assert typed(portal, codes.user_code, zp.id) is None


def test_what_somebody_else_has_answered_is_unknown(portal: Portal, session: Session) -> None:
    with portal.transaction() as unit:
        lin = unit.users.add("lin", email="lin@example.test", name="林晓", password="lin-demo-password")
    codes = begun(portal)
    record = typed(portal, codes.user_code, session.user_id)
    assert isinstance(record, DeviceCode)
    with portal.transaction() as unit:
        unit.device_codes.allow(record, session, ["openid"])
    assert typed(portal, codes.user_code, lin.id) is None
    assert isinstance(typed(portal, codes.user_code, session.user_id), DeviceCode)


def wait(portal: Portal, user_id: int, address: str) -> int | None:
    found = typed(portal, draw_user_code(), user_id, address)
    assert not isinstance(found, DeviceCode)
    return found.until - portal.clock.now() if isinstance(found, Slowed) else None


def test_a_persons_guesses_get_slower_wherever_she_is(portal: Portal, clock: MovableClock, zp: User) -> None:
    waits = []
    for number in range(14):
        waited = wait(portal, zp.id, f"address {number}")
        if waited is not None:
            clock.advance(waited)
        waits.append(waited)
    assert waits[:4] == [None] * 4
    # Each failure from the fourth on costs more: the try after it comes too early, and the next one counts.
    assert waits[4:] == [2, None, 4, None, 8, None, 16, None, 32, None]


def test_guesses_from_one_address_get_slower_whoever_makes_them(portal: Portal) -> None:
    waits = [wait(portal, person, "one address") for person in range(40)]
    assert waits[:31] == [None] * 31
    assert waits[31:] == [2] * 9
    assert wait(portal, 99, "another address") is None


def test_right_codes_cost_nothing_and_forgive_nothing(portal: Portal, zp: User) -> None:
    codes = begun(portal)
    for _ in range(3):
        assert wait(portal, zp.id, "a") is None
    for _ in range(20):
        assert isinstance(typed(portal, codes.user_code, zp.id), DeviceCode)
    assert wait(portal, zp.id, "a") is None
    assert isinstance(typed(portal, codes.user_code, zp.id), Slowed)


def test_what_cannot_be_a_code_is_no_guess(portal: Portal, zp: User) -> None:
    assert {typed(portal, "WDJB-MJH0", zp.id) for _ in range(20)} == {None}
    assert wait(portal, zp.id, "a") is None


def test_guesses_at_once_do_not_slip_through(portal: Portal, zp: User) -> None:
    waits = together(20, lambda _number: wait(portal, zp.id, "a"))
    assert waits.count(None) == 4


def test_the_settings_say_how_long(make_portal: object, clock: MovableClock) -> None:
    portal = make_portal(tokens__device_code_seconds="60", tokens__device_poll_seconds="20")  # type: ignore[operator]
    codes = begun(portal)
    assert state(portal, codes) == "pending"
    clock.advance(19)
    assert state(portal, codes) == "slow_down"
    clock.advance(41)
    assert state(portal, codes) == "expired"


def test_sweeping_keeps_a_code_for_a_day_after_it_expired(portal: Portal, clock: MovableClock) -> None:
    begun(portal)
    clock.advance(600 + 86_400)
    assert portal.sweep()["device_codes"] == 0
    clock.advance(1)
    assert portal.sweep()["device_codes"] == 1
