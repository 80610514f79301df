"""Creating an account: what is accepted, what is counted, and what the same form twice means."""

from __future__ import annotations

import dataclasses

import pytest

from sso_portal.services.sign_up import Created, Newcomer, NotCreated, problems_of
from sso_portal.services.users import User
from sso_portal.wiring import Portal
from sso_testkit import MovableClock
from sso_testkit.together import together
from tests.unit.sso_portal.services.conftest import MakePortal

ANA = Newcomer("ana", "安娜", "ana@example.test", "a good password")


def create(portal: Portal, newcomer: Newcomer = ANA, address: str = "192.0.2.7") -> Created | NotCreated:
    with portal.transaction() as unit:
        return unit.sign_up.create(newcomer, address)


def everybody(portal: Portal) -> list[str]:
    with portal.transaction() as unit:
        return [user.username for user in unit.users.all()]


def test_a_newcomer_is_added_and_her_email_address_is_not_verified(portal: Portal) -> None:
    outcome = create(portal)
    assert isinstance(outcome, Created)
    with portal.transaction() as unit:
        assert unit.users.by_username("Ana") == outcome.user
        assert unit.users.check(unit.users.prepare_check("ana"), ANA.password) == outcome.user
    user = outcome.user
    assert (user.name, user.email, user.email_verified, user.is_administrator, user.roles) == (
        "安娜",
        "ana@example.test",
        False,
        False,
        [],
    )


def test_blanks_around_are_forgiven_but_not_in_the_password(portal: Portal) -> None:
    outcome = create(portal, Newcomer(" ａna ", " 安娜 ", " ana@example.test\t", " a good password "))
    assert isinstance(outcome, Created)
    assert (outcome.user.username, outcome.user.name, outcome.user.email) == ("ana", "安娜", "ana@example.test")
    with portal.transaction() as unit:
        assert unit.users.check(unit.users.prepare_check("ana"), "a good password") is None


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("username", "", "missing"),
        ("username", "a b", "malformed"),
        ("username", "a@b", "malformed"),
        ("username", "<b>", "malformed"),
        ("username", "a\u202eb", "malformed"),
        ("username", "u" * 151, "malformed"),
        ("name", "", "missing"),
        ("name", "two\nlines", "malformed"),
        ("name", "n" * 201, "malformed"),
        ("email", "", "missing"),
        ("email", "ana", "malformed"),
        ("email", "a@b@c.test", "malformed"),
        ("email", "e" * 250 + "@a.test", "malformed"),
        ("password", "", "missing"),
        ("password", "1234567", "malformed"),
        ("password", "p" * 1025, "malformed"),
    ],
)
def test_what_is_not_acceptable_is_named_by_its_field(portal: Portal, field: str, value: str, problem: str) -> None:
    outcome = create(portal, dataclasses.replace(ANA, **{field: value}))
    assert outcome == NotCreated({field: problem})
    assert everybody(portal) == []


def test_everything_wrong_is_told_at_once_and_in_the_order_of_the_fields() -> None:
    assert list(problems_of(Newcomer("a b", "", "x", "short"))) == ["username", "name", "email", "password"]


@pytest.mark.parametrize("username", ["张鹏", "zp.2", "a_b-c", "é", "u" * 150])
def test_user_names_that_may_be_chosen(username: str) -> None:
    assert problems_of(dataclasses.replace(ANA, username=username)) == {}


def test_two_people_may_have_one_email_address(portal: Portal) -> None:
    assert isinstance(create(portal), Created)
    assert isinstance(create(portal, dataclasses.replace(ANA, username="bo")), Created)


@pytest.mark.parametrize("username", ["zp", "ZP", "ｚｐ"])
def test_a_name_that_is_taken_is_told_even_with_the_right_password(portal: Portal, zp: User, username: str) -> None:
    newcomer = Newcomer(username, "somebody", "other@example.test", "penadmin")
    assert create(portal, newcomer) == NotCreated({"username": "taken"})


def test_choosing_a_taken_name_is_no_failed_sign_in_of_hers(portal: Portal, zp: User, clock: MovableClock) -> None:
    clock.advance(601)
    for _ in range(12):
        create(portal, Newcomer("zp", "x", zp.email, "not her password"))
    with portal.transaction() as unit:
        outcome = unit.sign_in.with_password("zp", "penadmin", "another address")
    assert getattr(outcome, "user", None) == zp


def test_the_same_form_again_is_the_same_account(portal: Portal, clock: MovableClock) -> None:
    first, second = create(portal), create(portal)
    assert first == second
    assert everybody(portal) == ["ana"]
    clock.advance(601)
    assert create(portal) == NotCreated({"username": "taken"})


@pytest.mark.parametrize("change", [{"password": "another password"}, {"email": "other@example.test"}])
def test_another_form_with_the_same_name_is_not(portal: Portal, change: dict[str, str]) -> None:
    create(portal)
    assert create(portal, dataclasses.replace(ANA, **change)) == NotCreated({"username": "taken"})


def test_guessing_the_password_of_a_fresh_account_is_slowed_as_at_the_door(portal: Portal) -> None:
    create(portal)
    for number in range(4):
        create(portal, dataclasses.replace(ANA, password=f"a guess, number {number}"))
    assert create(portal) == NotCreated({"username": "taken"}), "locked by now, the right one too"


def test_tries_from_one_address_are_slowed_whether_or_not_they_succeed(
    make_portal: MakePortal, clock: MovableClock
) -> None:
    portal = make_portal(sign_up__address_free_tries="2", sign_up__address_lock_tries="4")
    kinds = [type(create(portal, dataclasses.replace(ANA, username=name))) for name in ("a", "b", "c")]
    assert kinds == [Created] * 3
    slowed = create(portal, dataclasses.replace(ANA, username="d"))
    assert slowed == NotCreated(until=clock.now() + 2)
    assert isinstance(create(portal, dataclasses.replace(ANA, username="d"), "another"), Created)
    clock.advance(2)
    assert create(portal, dataclasses.replace(ANA, username="a", email="x@y.test")) == NotCreated({"username": "taken"})
    assert create(portal) == NotCreated(until=clock.now() + 900)


def test_what_is_not_acceptable_costs_no_try(make_portal: MakePortal) -> None:
    portal = make_portal(sign_up__address_free_tries="1", sign_up__address_lock_tries="2")
    for _ in range(5):
        assert create(portal, dataclasses.replace(ANA, password="short")) == NotCreated({"password": "malformed"})
    assert isinstance(create(portal), Created)


def test_a_try_is_remembered_when_the_request_fails(make_portal: MakePortal, clock: MovableClock) -> None:
    portal = make_portal(sign_up__address_free_tries="1", sign_up__address_lock_tries="2")
    for name in ("a", "b"):
        with pytest.raises(LookupError), portal.transaction() as unit:
            unit.sign_up.create(dataclasses.replace(ANA, username=name), "192.0.2.7")
            raise LookupError
    assert create(portal) == NotCreated(until=clock.now() + 900)


def test_a_double_click_is_welcome_each_time(portal: Portal) -> None:
    outcomes = together(5, lambda _number: create(portal))
    assert all(isinstance(outcome, Created) for outcome in outcomes)
    assert everybody(portal) == ["ana"]


def test_twenty_at_once_are_one_person(portal: Portal) -> None:
    """Some of so many are refused as guesses would be; none makes a second Ana."""
    outcomes = together(20, lambda _number: create(portal))
    assert sum(isinstance(outcome, Created) for outcome in outcomes) >= 5
    assert all(isinstance(outcome, Created) or outcome.problems == {"username": "taken"} for outcome in outcomes)
    assert everybody(portal) == ["ana"]


def test_the_password_is_not_in_what_is_printed() -> None:
    assert ANA.password not in repr(ANA)
