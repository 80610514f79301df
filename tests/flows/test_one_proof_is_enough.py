"""Whoever has to prove who she is does so once, signed in before or not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.browser import Browser
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

WISHES: list[dict[str, str]] = [
    {},
    {"prompt": "login"},
    {"prompt": "select_account"},
    {"prompt": "login consent"},
    {"prompt": "login select_account"},
    {"prompt": "consent"},
    {"max_age": "0"},
    {"max_age": "600"},
]


def passwords_asked(browser: Browser, rp: RelyingParty, wish: dict[str, str]) -> int:
    """How often the password is asked for before the site is reached."""
    browser.open(rp.url(**wish))
    asked = 0
    while not browser.url.startswith(rp.redirect_uri):
        if "Choose an account" in browser.text:
            browser.choose_account("zp")
        elif "/o/login/" in browser.url:
            asked += 1
            assert asked < 4, "there is no end to it"
            browser.sign_in("zp", "penadmin")
        else:
            browser.agree()
    assert "code" in rp.answer(browser)
    return asked


@pytest.mark.parametrize("always", [False, True])
@pytest.mark.parametrize("wish", WISHES, ids=str)
def test_a_signed_out_person_types_her_password_once(
    sso: SingleSignOn, register: Callable[..., RelyingParty], wish: dict[str, str], always: bool
) -> None:
    bank = register("bank", always_authenticate=always)
    assert passwords_asked(sso.browser(), bank, wish) == 1


@pytest.mark.parametrize("wish", WISHES, ids=str)
def test_a_signed_in_person_types_it_when_the_site_wishes(
    sso: SingleSignOn, rp: RelyingParty, wish: dict[str, str]
) -> None:
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    needed = "login" in wish.get("prompt", "") or wish.get("max_age") == "0"
    assert passwords_asked(browser, rp, wish) == int(needed)
    assert passwords_asked(browser, rp, wish) == int(needed), "the proof for one request is not one for the next"


def test_a_person_whose_session_ended_while_she_waited_types_it_once(sso: SingleSignOn, rp: RelyingParty) -> None:
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    browser.open(rp.url(prompt="login"))
    assert "Confirm it is you" in browser.text
    sso.clock.advance(days=2)
    browser.sign_in("zp", "penadmin")
    assert "code" in rp.answer(browser)


def test_reading_the_consent_page_for_long_asks_again_and_is_not_lost(
    sso: SingleSignOn, register: Callable[..., RelyingParty]
) -> None:
    shop = register("shop", consent="explicit")
    browser = sso.browser()
    browser.open(shop.url(prompt="login", state="kept"))
    browser.sign_in("zp", "penadmin")
    sso.clock.advance(minutes=30)
    browser.agree()
    assert "Confirm it is you" in browser.text
    browser.sign_in("zp", "penadmin")
    browser.agree()
    assert shop.answer(browser)["state"] == "kept"
    assert "code" in shop.answer(browser)
