"""Signing out on behalf of a site: what counts as proof, where it leads, what it never does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

BYE = "https://rp.example.test/bye"


@pytest.fixture
def browser(sso: SingleSignOn, rp: RelyingParty) -> Browser:
    sso.edit_client("rp", post_logout_redirect_uris=[BYE])
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    return browser


def is_signed_in(browser: Browser) -> bool:
    tab = browser.new_tab()
    return "Hello, 张鹏" in tab.open(f"{PORTAL}/").text


def test_the_proof_of_one_site_does_not_speak_for_another(
    browser: Browser, rp: RelyingParty, register: Callable[..., RelyingParty]
) -> None:
    register("shop")
    id_token = rp.redeem(rp.code(browser)).json["id_token"]
    browser.open(f"{PORTAL}/o/logout/?id_token_hint={id_token}&client_id=shop")
    assert "Sign out?" in browser.text
    assert is_signed_in(browser)


@pytest.mark.parametrize("named", ["nobody", "RP", "rp "])
def test_a_proof_does_not_speak_for_a_site_that_nobody_knows(browser: Browser, rp: RelyingParty, named: str) -> None:
    id_token = rp.redeem(rp.code(browser)).json["id_token"]
    browser.open(f"{PORTAL}/o/logout/?id_token_hint={id_token}&client_id={named}")
    assert "Sign out?" in browser.text
    assert is_signed_in(browser)


def test_a_goodbye_address_alone_is_not_followed(browser: Browser) -> None:
    browser.open(f"{PORTAL}/o/logout/?post_logout_redirect_uri={BYE}")
    browser.submit(browser.page.forms[0], "decision", "sign_out")
    assert browser.url.startswith(f"{PORTAL}/o/logout/"), "nobody has said whose address it is"


@pytest.mark.parametrize("tag", ["zh-CN", "en"])
def test_a_site_says_in_which_language_to_ask(browser: Browser, tag: str) -> None:
    browser.open(f"{PORTAL}/o/logout/?client_id=rp&ui_locales={tag}")
    assert browser.page.headers["Content-Language"] == tag


def test_a_proof_that_somebody_else_signed_is_none(browser: Browser, rp: RelyingParty) -> None:
    genuine = rp.redeem(rp.code(browser)).json["id_token"]
    claims = {"iss": PORTAL, "aud": "rp", "sub": "x", "sid": "x", "exp": 2_000_000_000}
    forged = jwt.encode({"alg": "RS256"}, claims, RSAKey.generate_key(2048))
    for hint in (forged, f"{genuine[:-8]}AAAAAAAA", genuine.rpartition(".")[0] + "."):
        browser.open(f"{PORTAL}/o/logout/?id_token_hint={hint}")
        assert "Sign out?" in browser.text
    assert is_signed_in(browser)


def test_a_proof_by_post_signs_out_without_a_question(browser: Browser, rp: RelyingParty) -> None:
    id_token = rp.redeem(rp.code(browser)).json["id_token"]
    fields = [("id_token_hint", id_token), ("post_logout_redirect_uri", BYE), ("state", "s")]
    assert browser.request("POST", f"{PORTAL}/o/logout", fields).headers["Location"] == f"{BYE}?state=s"
    assert not is_signed_in(browser)


def test_a_proof_signs_out_even_when_the_address_is_not_followed(browser: Browser, rp: RelyingParty) -> None:
    id_token = rp.redeem(rp.code(browser)).json["id_token"]
    browser.open(f"{PORTAL}/o/logout/?id_token_hint={id_token}&post_logout_redirect_uri=https://evil.example/")
    assert "You are signed out." in browser.text
    assert browser.url.startswith(f"{PORTAL}/o/logout/")
    assert not is_signed_in(browser)


def test_staying_leads_back_to_the_site_that_asked(browser: Browser, rp: RelyingParty) -> None:
    browser.open(f"{PORTAL}/o/logout/?client_id=rp&post_logout_redirect_uri={BYE}&state=s")
    browser.submit(browser.page.forms[0], "decision", "stay")
    assert browser.url == "https://rp.example.test/"
    assert is_signed_in(browser)


def test_confirming_leads_where_the_site_asked_with_its_state(browser: Browser, rp: RelyingParty) -> None:
    browser.open(f"{PORTAL}/o/logout/?client_id=rp&post_logout_redirect_uri={BYE}&state=a%26b%3D%0D%0AX:y")
    browser.click("中文")
    browser.submit(browser.page.forms[0], "decision", "sign_out")
    assert browser.url == f"{BYE}?state=a%26b%3D%0D%0AX%3Ay"
    assert not is_signed_in(browser)


@pytest.mark.parametrize(
    "query", ["", "?client_id=rp", "?client_id=nobody", f"?client_id=rp&post_logout_redirect_uri={BYE}"]
)
def test_who_is_signed_out_already_is_not_asked(sso: SingleSignOn, browser: Browser, query: str) -> None:
    stranger = sso.browser()
    stranger.open(f"{PORTAL}/o/logout/{query}")
    assert stranger.url == BYE if BYE in query else "You are signed out." in stranger.text


def test_the_way_back_after_signing_out_shows_nothing(sso: SingleSignOn, browser: Browser) -> None:
    browser.open(f"{PORTAL}/")
    browser.open(f"{PORTAL}/o/logout/")
    browser.submit(browser.page.forms[0], "decision", "sign_out")
    browser.back()
    assert "张鹏" not in browser.text
