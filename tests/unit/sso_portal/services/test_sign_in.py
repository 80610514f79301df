"""The door: counted before it is tried, slowed, locked, and silent about what was wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from sso_portal.base.hashing import SecretHasher
from sso_portal.services.sign_in import NotSignedIn, SignedIn
from sso_portal.services.users import User
from sso_portal.storage.attempts import attempts
from sso_portal.wiring import Portal
from sso_portal.wiring.unit import Unit
from sso_testkit import MovableClock
from sso_testkit.together import together

MakePortal = Callable[..., Portal]


class CountingHasher:
    """The real hasher, and how often it was asked."""

    def __init__(self, hasher: SecretHasher) -> None:
        self._hasher = hasher
        self.checks: list[str | None] = []

    def matches(self, secret: str, stored: str | None) -> bool:
        """Count and check."""
        self.checks.append(stored)
        return self._hasher.matches(secret, stored)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hasher, name)


@pytest.fixture
def hasher(portal: Portal) -> CountingHasher:
    """The portal's password hasher, counting."""
    counting: Any = CountingHasher(portal.secret_hasher)
    portal.secret_hasher = counting
    return counting


def attempt(portal: Portal, username: str = "zp", password: str = "wrong", address: str = "a") -> Any:
    """One try; answers ``True``, ``wrong``, or the seconds that are to be waited."""
    with portal.transaction() as unit:
        outcome = unit.sign_in.with_password(username, password, address)
    if isinstance(outcome, SignedIn):
        return True
    return outcome.until - portal.clock.now() if outcome.until is not None else outcome.reason


def test_the_right_password_signs_in(portal: Portal, zp: User) -> None:
    with portal.transaction() as unit:
        assert unit.sign_in.with_password(" ZP ", "penadmin", "a") == SignedIn(zp)


def test_unknown_and_wrong_look_and_cost_the_same(portal: Portal, zp: User, hasher: CountingHasher) -> None:
    with portal.transaction() as unit:
        answers = {unit.sign_in.with_password(name, "wrong", "a") for name in ("zp", "nobody")}
    assert answers == {NotSignedIn("wrong")}
    assert len(hasher.checks) == 2


def test_a_disabled_person_is_told_nothing_else(portal: Portal, zp: User, hasher: CountingHasher) -> None:
    with portal.transaction() as unit:
        unit.users.set_enabled(zp, False)
    assert attempt(portal, password="penadmin") == "wrong"
    assert len(hasher.checks) == 1


@pytest.mark.parametrize("username", ["zp", "nobody"])
def test_failures_slow_and_then_lock_an_account_whether_it_exists_or_not(
    portal: Portal, zp: User, clock: MovableClock, hasher: CountingHasher, username: str
) -> None:
    waits = []
    for number in range(10):
        assert attempt(portal, username, address=f"address {number}") == "wrong"
        wait = attempt(portal, username, address="another") if number >= 3 else 0
        waits.append(wait)
        clock.advance(wait)
    assert waits == [0, 0, 0, 2, 4, 8, 16, 32, 60, 900]
    assert len(hasher.checks) == 10, "what is locked is not even looked at"


def test_the_right_password_waits_too(portal: Portal, zp: User, clock: MovableClock, hasher: CountingHasher) -> None:
    for _ in range(4):
        attempt(portal)
    assert attempt(portal, password="penadmin") == 2
    clock.advance(2)
    assert attempt(portal, password="penadmin") is True


def test_success_clears_the_account(portal: Portal, zp: User) -> None:
    for _ in range(5):
        for _ in range(3):
            assert attempt(portal) == "wrong"
        assert attempt(portal, password="penadmin") is True


def test_success_does_not_clear_the_address(make_portal: MakePortal, zp: User) -> None:
    portal = make_portal(sign_in__address_free_failures="4", sign_in__address_lock_failures="5")
    for number in range(4):
        assert attempt(portal, f"victim {number}") == "wrong"
        assert attempt(portal, password="penadmin") is True
    assert attempt(portal, "victim 5") == "wrong"
    assert attempt(portal, password="penadmin") == 900


def test_one_address_cannot_try_many_accounts(make_portal: MakePortal, clock: MovableClock) -> None:
    portal = make_portal(sign_in__address_free_failures="5", sign_in__address_lock_failures="6")
    outcomes = [attempt(portal, f"victim {number}") for number in range(8)]
    assert outcomes == ["wrong"] * 6 + [900] * 2
    assert attempt(portal, "victim 7", address="another") == "wrong", "the refused tries did not count for the account"
    clock.advance(900)
    assert attempt(portal, "victim 8") == "wrong"


def test_a_locked_address_leaves_the_account_free(make_portal: MakePortal, zp: User) -> None:
    portal = make_portal(sign_in__address_free_failures="1", sign_in__address_lock_failures="2")
    for number in range(2):
        attempt(portal, f"victim {number}", address="bad")
    for _ in range(20):
        assert attempt(portal, address="bad") == 900
    assert attempt(portal, password="penadmin", address="good") is True


def test_failures_are_forgotten_after_an_hour(portal: Portal, zp: User, clock: MovableClock) -> None:
    for _ in range(3):
        attempt(portal)
    clock.advance(3601)
    assert [attempt(portal) for _ in range(5)] == ["wrong"] * 4 + [2]


def test_an_operator_unlocks(portal: Portal, zp: User) -> None:
    for _ in range(4):
        attempt(portal)
    assert attempt(portal, password="penadmin") == 2
    with portal.transaction() as unit:
        unit.sign_in.unlock(" ZP ")
    assert attempt(portal, password="penadmin") is True


def test_what_is_counted_does_not_tell_what_was_typed(portal: Portal) -> None:
    attempt(portal, "my password in the wrong field")
    with portal.database.engine.connect() as connection:
        keys = [row[0] for row in connection.exec_driver_sql("SELECT key FROM attempts")]
    assert len(keys) == 2
    assert not any("password" in key for key in keys)


def test_failures_are_remembered_when_the_request_fails(portal: Portal, zp: User) -> None:
    for _ in range(4):
        with pytest.raises(LookupError), portal.transaction() as unit:
            unit.sign_in.with_password("zp", "wrong", "a")
            raise LookupError
    assert attempt(portal, password="penadmin") == 2


def test_thirty_tries_at_once_get_no_further_than_one_after_the_other(portal: Portal, zp: User) -> None:
    outcomes = together(30, lambda _number: attempt(portal))
    assert outcomes.count("wrong") == 4
    assert outcomes.count(2) == 26


def test_a_costlier_hash_is_made_at_sign_in_only_when_it_is_due(make_portal: MakePortal, zp: User) -> None:
    stronger = make_portal(security__argon2_time_cost="2")
    assert attempt(stronger, password="wrong") == "wrong"
    with stronger.transaction() as unit:
        before = unit.users.prepare_check("zp").stored
    assert attempt(stronger, password="penadmin") is True
    with stronger.transaction() as unit:
        after = unit.users.prepare_check("zp").stored
    assert "t=1" in str(before)
    assert "t=2" in str(after)


def test_tries_are_forgotten_only_if_what_follows_comes_to_be(portal: Portal, zp: User) -> None:
    for _ in range(3):
        attempt(portal)
    with pytest.raises(LookupError), portal.transaction() as unit:
        assert unit.sign_in.with_password("zp", "penadmin", "a") == SignedIn(zp)
        raise LookupError
    assert attempt(portal) == 2, "the fourth was counted, and so was not taken back"


def test_the_right_password_is_committed_with_what_follows(portal: Portal, zp: User) -> None:
    attempt(portal)
    with portal.transaction() as unit:
        unit.sign_in.with_password("zp", "penadmin", "a")
        with portal.transaction() as other:
            assert failures(other) == [2, 2], "not yet"
    with portal.transaction() as unit:
        assert failures(unit) == [1], "the address keeps the wrong one"


def failures(unit: Unit) -> list[int]:
    """What is counted, of accounts and addresses."""
    return [int(row["failures"]) for row in unit.work.all(select(attempts.c.failures))]
