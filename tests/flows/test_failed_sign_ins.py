"""Failed sign-ins: equal to look at, slowed, then locked, and forgotten again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.browser import Browser
from sso_testkit.sso import PORTAL


def attempt(browser: Browser, username: str, password: str) -> int:
    """Try to sign in; 303 when that worked, else the status of the page shown again."""
    browser.open(f"{PORTAL}/o/login/?next=/healthz&prompt=select_account")
    browser.sign_in(username, password)
    return 303 if browser.url == f"{PORTAL}/healthz" else browser.page.status_int


def test_unknown_user_and_wrong_password_look_the_same(sso: SingleSignOn) -> None:
    known, unknown = sso.browser(), sso.browser()
    attempt(known, "zp", "wrong")
    attempt(unknown, "xy", "wrong")

    def page(browser: Browser, name: str) -> str:
        token = browser.page.forms[0]["csrf_token"].value
        return browser.text.replace(f'value="{name}"', "").replace(token, "")

    assert page(known, "zp") == page(unknown, "xy")
    assert known.page.status_int == unknown.page.status_int


@pytest.mark.parametrize("name", ["zp", "nobody"])
def test_the_waiting_grows_and_then_the_account_is_locked(sso: SingleSignOn, name: str) -> None:
    browser = sso.browser()
    for _ in range(4):
        assert attempt(browser, name, "wrong") == 200
    assert attempt(browser, name, "wrong") == 429
    assert "There were too many tries." in browser.text
    assert int(browser.page.headers["Retry-After"]) == 2
    for pause in (2, 4, 8, 16, 32, 60):
        sso.clock.advance(pause)
        assert attempt(browser, name, "wrong") == 200
        assert attempt(browser, name, "wrong") == 429
    assert int(browser.page.headers["Retry-After"]) == 900


def test_the_right_password_does_not_help_while_locked_but_does_afterwards(sso: SingleSignOn) -> None:
    browser = sso.browser()
    for _ in range(10):
        attempt(browser, "zp", "wrong")
        sso.clock.advance(61)
    sso.clock.advance(-60)
    assert attempt(browser, "zp", "penadmin") == 429
    sso.clock.advance(901)
    assert attempt(browser, "zp", "penadmin") == 303


def test_one_persons_lock_is_not_anothers(sso: SingleSignOn) -> None:
    browser = sso.browser()
    for _ in range(5):
        attempt(browser, "zp", "wrong")
    assert attempt(browser, "lin", "lin-demo-password") == 303


def test_success_clears_the_count(sso: SingleSignOn) -> None:
    for _ in range(6):
        browser = sso.browser()
        for _ in range(3):
            assert attempt(browser, "zp", "wrong") == 200
        assert attempt(browser, "zp", "penadmin") == 303


def test_failures_are_forgotten_after_an_hour(sso: SingleSignOn) -> None:
    browser = sso.browser()
    for _ in range(4):
        attempt(browser, "zp", "wrong")
    sso.clock.advance(hours=1, seconds=3)
    for _ in range(4):
        assert attempt(browser, "zp", "wrong") == 200


def test_an_address_that_tries_many_names_is_slowed(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.sign_in.address_free_failures": "5", "sso.sign_in.address_lock_failures": "8"})
    browser = sso.browser()
    statuses = [attempt(browser, f"name{number}", "wrong") for number in range(8)]
    assert statuses == [200] * 6 + [429] * 2
    assert attempt(browser, "lin", "lin-demo-password") == 429
    sso.clock.advance(901)
    assert attempt(browser, "lin", "lin-demo-password") == 303


def test_many_people_behind_one_address_sign_in_undisturbed(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.sign_in.address_free_failures": "5", "sso.sign_in.address_lock_failures": "8"})
    for _ in range(12):
        assert attempt(sso.browser(), "zp", "penadmin") == 303


def test_an_operator_unlocks_by_setting_a_password(sso: SingleSignOn) -> None:
    browser = sso.browser()
    for _ in range(5):
        attempt(browser, "zp", "wrong")
    with sso.portal.transaction() as unit:
        unit.sign_in.unlock("ZP")
    assert attempt(browser, "zp", "penadmin") == 303
