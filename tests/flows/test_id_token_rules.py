"""What an id_token holds, when there is one, and how a refreshed one differs (OpenID Connect Core, 2, 3.1.3, 12.2)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

NEEDED = {"iss", "sub", "aud", "exp", "iat"}


def test_the_claims_of_the_code_flow(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    signed_in_at = sso.clock.now()
    sso.clock.advance(100)
    tokens = rp.redeem(rp.code(browser)).json
    claims = rp.claims(tokens["id_token"])
    assert set(claims) == NEEDED | {"azp", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"}
    assert (claims["iss"], claims["aud"], claims["azp"], claims["nonce"]) == (PORTAL, "rp", "rp", "the-nonce")
    assert (claims["iat"], claims["exp"]) == (sso.clock.now(), sso.clock.now() + 600)
    assert claims["auth_time"] == signed_in_at
    digest = hashlib.sha256(tokens["access_token"].encode()).digest()
    assert claims["at_hash"] == base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
    assert claims["sub"].isascii()
    assert len(claims["sub"]) <= 255


def test_auth_time_is_the_time_of_the_proof_that_max_age_asked_for(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser
) -> None:
    sso.clock.advance(300)
    browser.open(rp.url(max_age="60"))
    browser.sign_in("zp", "penadmin")
    proved_at = sso.clock.now()
    sso.clock.advance(30)
    code = rp.answer(browser)["code"]
    assert rp.claims(rp.redeem(code).json["id_token"])["auth_time"] == proved_at


def test_no_nonce_is_made_up(rp: RelyingParty, browser: Browser) -> None:
    assert "nonce" not in rp.claims(rp.redeem(rp.code(browser, nonce=None)).json["id_token"])


def test_a_request_without_openid_is_answered_without_an_id_token(
    register: Callable[..., RelyingParty], browser: Browser
) -> None:
    plain = register("plain", scope="openid all")
    tokens = plain.redeem(plain.code(browser, scope="all")).json
    assert set(tokens) == {"access_token", "expires_in", "token_type", "scope", "refresh_token"}
    assert set(plain.refresh(tokens["refresh_token"]).json) == set(tokens)


def test_a_refresh_that_leaves_openid_out_has_no_id_token(
    register: Callable[..., RelyingParty], browser: Browser
) -> None:
    site = register("both", scope="openid all")
    tokens = site.redeem(site.code(browser, scope="openid all")).json
    narrow = site.refresh(tokens["refresh_token"], scope="all").json
    assert "id_token" not in narrow
    assert "id_token" in site.refresh(narrow["refresh_token"]).json


def test_a_refreshed_id_token_is_about_the_same_sign_in_even_after_a_later_one(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser
) -> None:
    first = rp.redeem(rp.code(browser)).json
    sso.clock.advance(1000)
    browser.open(rp.url(prompt="login"))
    browser.sign_in("zp", "penadmin")
    again = rp.claims(rp.refresh(first["refresh_token"]).json["id_token"])
    old = rp.claims(first["id_token"])
    kept = ("iss", "sub", "aud", "azp", "auth_time", "acr", "amr")
    assert [again[name] for name in kept] == [old[name] for name in kept]
    assert again["iat"] == sso.clock.now() != old["iat"]
    assert "nonce" not in again


@pytest.mark.parametrize(
    "wish",
    [
        {"claims_locales": "ja de"},
        {"ui_locales": "xx tlh"},
        {"acr_values": "urn:example:gold urn:example:silver"},
        {"login_hint": "nobody@example.test"},
        {"display": "wap"},
        {"max_age": "10000"},
        {"something_new": "x"},
    ],
    ids=lambda wish: next(iter(wish)),
)
def test_a_wish_that_cannot_be_met_is_no_error(rp: RelyingParty, browser: Browser, wish: dict[str, str]) -> None:
    assert rp.redeem(rp.code(browser, **wish)).status_int == 200
