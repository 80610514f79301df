"""How long a person stays signed in, and how she leaves."""

from __future__ import annotations

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.browser import Browser
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL


@pytest.fixture
def browser(sso: SingleSignOn) -> Browser:
    return sso.browser()


def sign_in(browser: Browser, *, remember_me: bool = False) -> None:
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin", remember_me=remember_me)


def is_signed_in(browser: Browser) -> bool:
    return "Hello, 张鹏" in browser.open(f"{PORTAL}/").text


def test_an_idle_session_ends(sso: SingleSignOn, browser: Browser) -> None:
    sign_in(browser)
    sso.clock.advance(minutes=119)
    assert is_signed_in(browser)
    sso.clock.advance(minutes=121)
    assert not is_signed_in(browser)


def test_a_session_in_use_ends_after_its_absolute_lifetime(sso: SingleSignOn, browser: Browser) -> None:
    sign_in(browser)
    for _ in range(23):
        sso.clock.advance(minutes=30)
        assert is_signed_in(browser)
    sso.clock.advance(minutes=30)
    assert not is_signed_in(browser)


def test_remember_me_lasts_for_weeks(sso: SingleSignOn, browser: Browser) -> None:
    sign_in(browser, remember_me=True)
    sso.clock.advance(days=13)
    assert is_signed_in(browser)
    sso.clock.advance(days=15)
    assert not is_signed_in(browser)


def test_the_cookie_of_a_remembered_session_outlives_the_browser(browser: Browser) -> None:
    sign_in(browser)
    plain = next(cookie for cookie in browser.jar if cookie.name == "__Host-sso_session")
    assert plain.expires is None
    browser.open(f"{PORTAL}/o/login/?prompt=login")
    browser.sign_in("zp", "penadmin", remember_me=True)
    remembered = next(cookie for cookie in browser.jar if cookie.name == "__Host-sso_session")
    assert remembered.expires is not None


def test_signing_out_asks_and_both_answers_work(browser: Browser) -> None:
    sign_in(browser)
    browser.open(f"{PORTAL}/o/logout/")
    assert "Sign out?" in browser.text
    browser.submit(browser.page.forms[0], "decision", "stay")
    assert is_signed_in(browser)
    browser.open(f"{PORTAL}/o/logout/")
    browser.submit(browser.page.forms[0], "decision", "sign_out")
    assert "You are signed out." in browser.text
    assert not is_signed_in(browser)


def test_an_ended_sessions_cookie_and_tokens_are_dead(sso: SingleSignOn, browser: Browser, rp: RelyingParty) -> None:
    sign_in(browser)
    tokens = rp.redeem(rp.code(browser)).json
    unused_code = rp.code(browser)
    thief = sso.browser()
    for cookie in browser.jar:
        thief.jar.set_cookie(cookie)
    browser.open(f"{PORTAL}/o/logout/")
    browser.submit(browser.page.forms[0], "decision", "sign_out")
    assert not is_signed_in(thief)
    assert rp.userinfo(tokens["access_token"]).status_int == 401
    assert rp.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert rp.redeem(unused_code).json["error"] == "invalid_grant"


def test_a_sites_proof_signs_out_without_a_question(sso: SingleSignOn, browser: Browser, rp: RelyingParty) -> None:
    sso.edit_client("rp", post_logout_redirect_uris=["https://rp.example.test/bye"])
    sign_in(browser)
    id_token = rp.redeem(rp.code(browser)).json["id_token"]
    sso.clock.advance(minutes=50)
    goodbye = "post_logout_redirect_uri=https://rp.example.test/bye&state=s%201"
    browser.open(f"{PORTAL}/o/logout/?id_token_hint={id_token}&{goodbye}")
    assert browser.url == "https://rp.example.test/bye?state=s+1"
    assert not is_signed_in(browser)


@pytest.mark.parametrize("hint", ["garbage", "eyJhbGciOiJub25lIn0.e30.", ""])
def test_without_a_proof_the_person_is_asked(browser: Browser, rp: RelyingParty, hint: str) -> None:
    sign_in(browser)
    browser.open(f"{PORTAL}/o/logout/?id_token_hint={hint}&client_id=rp")
    assert "Site rp asks to sign you out here." in browser.text
    assert is_signed_in(browser)


def test_a_proof_about_another_session_asks(sso: SingleSignOn, browser: Browser, rp: RelyingParty) -> None:
    hers = sso.browser()
    hers.open(f"{PORTAL}/o/login/")
    hers.sign_in("lin", "lin-demo-password")
    id_token = rp.redeem(rp.code(hers)).json["id_token"]
    sign_in(browser)
    browser.open(f"{PORTAL}/o/logout/?id_token_hint={id_token}")
    assert "Sign out?" in browser.text
    assert is_signed_in(browser)


@pytest.mark.parametrize("uri", ["https://rp.example.test/bye/", "https://evil.example/", "//evil.example"])
def test_an_unregistered_goodbye_address_is_not_followed(
    sso: SingleSignOn, browser: Browser, rp: RelyingParty, uri: str
) -> None:
    sso.edit_client("rp", post_logout_redirect_uris=["https://rp.example.test/bye"])
    sign_in(browser)
    browser.open(f"{PORTAL}/o/logout/?client_id=rp&post_logout_redirect_uri={uri}")
    browser.submit(browser.page.forms[0], "decision", "sign_out")
    assert browser.url.startswith(f"{PORTAL}/o/logout/")
    assert "You are signed out." in browser.text


def test_a_foreign_page_cannot_sign_a_person_out_unseen(browser: Browser) -> None:
    sign_in(browser)
    browser.request("POST", f"{PORTAL}/o/logout/", [("decision", "sign_out")])
    browser.request("GET", f"{PORTAL}/o/logout/", None)
    assert is_signed_in(browser)


def test_signing_in_as_another_person_leaves_the_first_session_as_it_is(browser: Browser, rp: RelyingParty) -> None:
    sign_in(browser)
    tokens = rp.redeem(rp.code(browser)).json
    browser.open(f"{PORTAL}/o/login/?prompt=select_account")
    browser.click("Use another account")
    browser.sign_in("lin", "lin-demo-password")
    assert "Hello, 林晓" in browser.open(f"{PORTAL}/").text
    assert rp.userinfo(tokens["access_token"]).status_int == 200
