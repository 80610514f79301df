"""Codes and tokens with their families."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from sso_portal.base import ids
from sso_portal.services.users import User
from sso_portal.storage.codes import codes as code_rows
from sso_portal.storage.tokens import tokens as token_rows
from sso_portal.wiring import Portal, Unit
from sso_testkit import MovableClock


@pytest.fixture
def code(portal: Portal, zp: User) -> dict[str, Any]:
    """What a code is saved with."""
    with portal.transaction() as unit:
        session, _ = unit.sessions.begin(zp, remember_me=False, address="", user_agent="", old_cookie=None)
    return {
        "client_id": "site",
        "user_id": zp.id,
        "sid": session.sid,
        "redirect_uri": None,
        "scope": "openid email",
        "nonce": "n",
        "code_challenge": None,
        "code_challenge_method": None,
        "auth_time": session.auth_time,
        "details": {},
    }


def redeem(unit: Unit, code: str) -> Any:
    """Consume a code and save the tokens ``access`` and ``refresh``."""
    record = unit.tokens.find_code(code)
    assert record is not None
    assert unit.tokens.consume_code(record)
    family = unit.tokens.begin_family(record)
    unit.tokens.save(family, access_token="access", access_scope="openid", refresh_token="refresh")
    return family


def test_a_code_lives_a_minute(portal: Portal, code: dict[str, Any], clock: MovableClock) -> None:
    with portal.transaction() as unit:
        unit.tokens.save_code("secret", **code)
        record = unit.tokens.find_code("secret")
        assert record is not None
        assert (record.expires_at - record.issued_at, record.nonce) == (60, "n")
        clock.advance(59)
        assert not unit.tokens.is_expired(record)
        clock.advance(1)
        assert unit.tokens.is_expired(record)
        assert not unit.tokens.consume_code(record)


def test_an_access_token_stands_for_its_person_and_its_own_scope(
    portal: Portal, code: dict[str, Any], zp: User, clock: MovableClock
) -> None:
    with portal.transaction() as unit:
        unit.tokens.save_code("secret", **code)
        family = redeem(unit, "secret")
    with portal.transaction() as unit:
        access = unit.tokens.find_access("access")
        assert access is not None
        assert (access.user, access.scopes, access.family) == (zp, ("openid",), family)
        assert unit.tokens.find_access("refresh") is unit.tokens.find_access("secret") is None
        refresh = unit.tokens.find_refresh_token("refresh")
        assert refresh is not None
        assert refresh[0].scope == "openid email", "a refresh token keeps the whole scope"
        assert unit.tokens.find_refresh_token("access") is None
    clock.advance(3599)
    with portal.transaction() as unit:
        assert unit.tokens.find_access("access") is not None
        clock.advance(1)
        assert unit.tokens.find_access("access") is None


@pytest.mark.parametrize("end", ["revoked", "signed out", "signed out everywhere", "disabled"])
def test_an_access_token_ends_with_what_it_came_from(portal: Portal, code: dict[str, Any], zp: User, end: str) -> None:
    with portal.transaction() as unit:
        unit.tokens.save_code("secret", **code)
        family = redeem(unit, "secret")
        if end == "revoked":
            assert unit.tokens.revoke_family(family.family_id, "code_replayed") is True
        elif end == "signed out":
            unit.sign_outs.end(code["sid"], "signed_out")
        elif end == "signed out everywhere":
            unit.sign_outs.end_all_of(zp, "ended_by_administrator")
        else:
            unit.users.set_enabled(zp, False)
    with portal.transaction() as unit:
        assert unit.tokens.find_access("access") is None


def test_rotation_prolongs_a_family_and_a_revoked_one_does_not_rotate(
    portal: Portal, code: dict[str, Any], clock: MovableClock
) -> None:
    with portal.transaction() as unit:
        unit.tokens.save_code("secret", **code)
        family = redeem(unit, "secret")
        clock.advance(days=29)
        token, known = unit.tokens.find_refresh_token("refresh") or pytest.fail("it is there")
        assert unit.tokens.consume_refresh_token(token, known) is True
        assert unit.tokens.consume_refresh_token(token, known) is False
        _, later = unit.tokens.find_refresh_token("refresh") or pytest.fail("it is there")
        assert later.expires_at == clock.now() + 2_592_000 + 86_400
        unit.tokens.save(family, access_token="access 2", access_scope="openid", refresh_token="refresh 2")
        unit.tokens.revoke_family(family.family_id, "refresh_token_replayed")
        successor, known = unit.tokens.find_refresh_token("refresh 2") or pytest.fail("it is there")
        assert unit.tokens.consume_refresh_token(successor, known) is False


@pytest.mark.parametrize("hours", [1, 7, 30, 24 * 29])
def test_a_family_outlives_its_tokens_and_its_end_is_seldom_written(
    portal: Portal, code: dict[str, Any], clock: MovableClock, hours: int
) -> None:
    with portal.transaction() as unit:
        unit.tokens.save_code("secret", **code)
        family = redeem(unit, "secret")
    held, ends = "refresh", []
    for number in range(60):
        clock.advance(hours=hours)
        with portal.transaction() as unit:
            token, known = unit.tokens.find_refresh_token(held) or pytest.fail("it is there")
            assert unit.tokens.consume_refresh_token(token, known) is True
            held = unit.tokens.successor_of(held)
            unit.tokens.save(family, access_token=f"access {number}", access_scope="openid", refresh_token=held)
            newest, after = unit.tokens.find_refresh_token(held) or pytest.fail("it is there")
        assert newest.expires_at <= after.expires_at <= newest.expires_at + 86_400
        assert after.last_used_at == clock.now()
        ends.append(after.expires_at)
    # At most once a day.
    assert len(set(ends)) <= 1 + 60 * hours // 24


def test_sweeping_keeps_a_late_replay_recognisable_for_a_day(
    portal: Portal, code: dict[str, Any], clock: MovableClock
) -> None:
    with portal.transaction() as unit:
        unit.tokens.save_code("secret", **code)
    clock.advance(60, days=1)
    assert portal.sweep()["codes"] == 0
    clock.advance(1)
    deleted = portal.sweep()
    assert deleted["codes"] == 1
    assert sum(deleted.values()) == 1


def test_sweeping_goes_on_until_all_is_gone(portal: Portal, code: dict[str, Any], clock: MovableClock) -> None:
    with portal.transaction() as unit:
        for number in range(1001):
            unit.tokens.save_code(f"secret {number}", **code)
    clock.advance(days=2)
    assert portal.sweep()["codes"] == 1001
    assert portal.sweep()["codes"] == 0


def test_what_begins_later_stands_behind_and_what_is_refreshed_stays_in_its_place(
    portal: Portal, code: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(range(1_800_000_000_000, 1_900_000_000_000))
    monkeypatch.setattr(ids, "milliseconds", lambda: next(moments))
    families, refreshed = [], []
    for _ in range(3):
        with portal.transaction() as unit:
            secret, access, refresh = (ids.ordered_token() for _ in range(3))
            unit.tokens.save_code(secret, **code)
            record = unit.tokens.find_code(secret)
            assert record is not None
            family = unit.tokens.begin_family(record)
            unit.tokens.save(family, access_token=access, access_scope="openid", refresh_token=refresh)
            families.append(family.family_id)
            refreshed.append((family, refresh))
    for family, refresh in reversed(refreshed):
        with portal.transaction() as unit:
            after = unit.tokens.successor_of(refresh)
            assert after == unit.tokens.successor_of(refresh) != refresh
            unit.tokens.save(family, access_token=ids.ordered_token(), access_scope="openid", refresh_token=after)
    with portal.database.engine.connect() as connection:
        codes = connection.execute(select(code_rows.c.family_id).order_by(code_rows.c.code_hash)).scalars().all()
        kept = connection.execute(select(token_rows).order_by(token_rows.c.token_hash)).all()
    assert list(codes) == families == sorted(families)
    # Of each family the two of the beginning and the second refresh token; then the access tokens of the refreshing.
    assert [row.family_id for row in kept] == [each for each in families for _ in range(3)] + families[::-1]
    assert [row.kind for row in kept[:3]].count("refresh") == 2
