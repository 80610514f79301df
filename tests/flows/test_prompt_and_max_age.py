"""What a site may ask of the portal: no page, a fresh proof, a fresh consent, another account."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.browser import Browser
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

Register = Callable[..., RelyingParty]


def test_prompt_none_without_a_session(sso: SingleSignOn, rp: RelyingParty) -> None:
    browser = sso.browser()
    browser.open(rp.url(prompt="none"))
    assert rp.answer(browser)["error"] == "login_required"


def test_prompt_none_with_a_session_is_silent(browser: Browser, rp: RelyingParty) -> None:
    browser.open(rp.url(prompt="none"))
    assert "code" in rp.answer(browser)


@pytest.mark.parametrize("policy", ["once", "explicit"])
def test_prompt_none_where_consent_is_missing(browser: Browser, register: Register, policy: str) -> None:
    shop = register("shop", consent=policy)
    browser.open(shop.url(prompt="none"))
    assert shop.answer(browser)["error"] == "consent_required"


def test_prompt_none_when_the_proof_is_too_old(sso: SingleSignOn, browser: Browser, rp: RelyingParty) -> None:
    sso.clock.advance(minutes=10)
    browser.open(rp.url(prompt="none", max_age="60"))
    assert rp.answer(browser)["error"] == "login_required"


@pytest.mark.parametrize("wish", [{"prompt": "login"}, {"max_age": "0"}, {"prompt": "login consent"}])
def test_a_fresh_proof_is_asked_for_once(
    sso: SingleSignOn, browser: Browser, rp: RelyingParty, wish: dict[str, str]
) -> None:
    sso.clock.advance(minutes=5)
    browser.open(rp.url(**wish))
    assert "Confirm it is you" in browser.text
    assert browser.page.forms[0]["username"].value == "zp"
    browser.sign_in("zp", "wrong")
    assert "The user name or password is not right." in browser.text
    browser.sign_in("zp", "penadmin")
    if "consent" in wish.get("prompt", ""):
        browser.agree()
    answer = rp.answer(browser)
    assert rp.redeem(answer["code"]).status_int == 200
    browser.open(rp.url(**wish))
    assert "Confirm it is you" in browser.text, "the next request asks again"


def test_the_session_goes_on_under_its_sid_when_the_same_person_proves_herself(
    browser: Browser, rp: RelyingParty, sso: SingleSignOn
) -> None:
    tokens = rp.redeem(rp.code(browser)).json
    cookie = browser.cookies()["portal.example.test __Host-sso_session"]
    browser.open(rp.url(prompt="login"))
    browser.sign_in("zp", "penadmin")
    assert browser.cookies()["portal.example.test __Host-sso_session"] != cookie
    assert rp.userinfo(tokens["access_token"]).status_int == 200


def test_the_marker_of_one_request_does_not_serve_another(browser: Browser, rp: RelyingParty) -> None:
    browser.open(rp.url(prompt="login", state="one"))
    browser.sign_in("zp", "penadmin")
    passed = next(hop for hop in browser.hops if "interaction=" in hop)
    marker = passed.partition("&interaction=")[2]
    browser.open(f"{rp.url(prompt='login', state='two')}&interaction={marker}")
    assert "Confirm it is you" in browser.text
    browser.open(f"{rp.url(prompt='login', state='one')}&interaction={marker}")
    assert "code" in rp.answer(browser)


def test_the_marker_expires_and_belongs_to_its_session(sso: SingleSignOn, browser: Browser, rp: RelyingParty) -> None:
    browser.open(rp.url(prompt="login"))
    browser.sign_in("zp", "penadmin")
    url = next(hop for hop in browser.hops if "interaction=" in hop).partition(" ")[2]
    other = sso.browser()
    other.open(f"{PORTAL}/o/login/")
    other.sign_in("zp", "penadmin")
    other.open(url)
    assert "Confirm it is you" in other.text
    sso.clock.advance(minutes=11)
    browser.open(url)
    assert "Confirm it is you" in browser.text


def test_max_age_within_and_beyond(sso: SingleSignOn, browser: Browser, rp: RelyingParty) -> None:
    sso.clock.advance(minutes=9)
    browser.open(rp.url(max_age="600"))
    assert "code" in rp.answer(browser)
    sso.clock.advance(minutes=2)
    browser.open(rp.url(max_age="600"))
    assert "Confirm it is you" in browser.text


def test_a_client_that_always_authenticates(browser: Browser, register: Register) -> None:
    bank = register("bank", always_authenticate=True)
    browser.open(bank.url())
    browser.sign_in("zp", "penadmin")
    assert "code" in bank.answer(browser)
    browser.open(bank.url(prompt="none"))
    assert bank.answer(browser)["error"] == "login_required"


def test_prompt_select_account(browser: Browser, rp: RelyingParty) -> None:
    browser.open(rp.url(prompt="select_account"))
    assert browser.url.startswith(f"{PORTAL}/o/login/?prompt=select_account")
    browser.click("Use another account")
    browser.sign_in("lin", "lin-demo-password")
    tokens = rp.redeem(rp.answer(browser)["code"]).json
    assert rp.userinfo(tokens["access_token"]).json["preferred_username"] == "lin"


def test_prompt_consent_asks_even_a_silent_sites_person(browser: Browser, rp: RelyingParty) -> None:
    browser.open(rp.url(prompt="consent"))
    assert "would like to" in browser.text
    browser.agree("email")
    assert rp.redeem(rp.answer(browser)["code"]).json["scope"] == "openid profile email"
