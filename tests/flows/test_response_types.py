"""Every response type in every response mode that may carry it: what comes back, and that it fits together."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients.names import RESPONSE_TYPES
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

GRANTS = ["authorization_code", "refresh_token", "implicit"]


def half_of(value: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(value.encode()).digest()[:16]).decode().rstrip("=")


@pytest.fixture
def every(register: Callable[..., RelyingParty]) -> RelyingParty:
    """A site that is registered for every response type."""
    return register("every", grant_types=GRANTS, response_types=list(RESPONSE_TYPES))


@pytest.mark.parametrize("mode", [None, "query", "fragment", "form_post"])
@pytest.mark.parametrize("response_type", RESPONSE_TYPES)
def test_what_comes_back(every: RelyingParty, browser: Browser, response_type: str, mode: str | None) -> None:
    wanted = set(response_type.split()) - {"none"}
    browser.open(every.url(response_type=response_type, response_mode=mode))
    answer = every.answer(browser)
    assert answer["state"] == "the-state"
    assert answer["iss"] == PORTAL
    if mode == "query" and wanted & {"token", "id_token"}:
        assert answer["error"] == "invalid_request", "tokens never travel in a query string"
        return
    assert "error" not in answer
    names = {"token": "access_token"}
    assert {names.get(name, name) for name in wanted} == set(answer) & {"code", "access_token", "id_token"}
    if "access_token" in answer:
        assert (answer["token_type"], answer["expires_in"]) == ("Bearer", "3600")
        assert every.userinfo(answer["access_token"]).json["preferred_username"] == "zp"
    assert "refresh_token" not in answer
    last_hop = browser.hops[-1]
    if mode == "form_post":
        assert "#" not in last_hop
        assert f"form-action {chr(39)}self{chr(39)} https:" in browser.page.headers["Content-Security-Policy"]
    else:
        in_fragment = mode == "fragment" or bool(wanted & {"token", "id_token"})
        assert ("#" in last_hop, "?state" in last_hop or "?code" in last_hop) == (in_fragment, not in_fragment)


@pytest.mark.parametrize("response_type", [name for name in RESPONSE_TYPES if "id_token" in name])
def test_an_id_token_is_tied_to_what_comes_with_it(every: RelyingParty, browser: Browser, response_type: str) -> None:
    browser.open(every.url(response_type=response_type))
    answer = every.answer(browser)
    claims = every.claims(answer["id_token"])
    assert (claims["nonce"], claims["aud"], claims["azp"]) == ("the-nonce", "every", "every")
    assert claims["s_hash"] == half_of("the-state")
    assert claims.get("at_hash") == (half_of(answer["access_token"]) if "access_token" in answer else None)
    assert claims.get("c_hash") == (half_of(answer["code"]) if "code" in answer else None)
    # With no access token to ask userinfo with, the claims of the scopes are in the id_token (Core, section 5.4).
    assert ("preferred_username" in claims) is (response_type == "id_token")


@pytest.mark.parametrize("response_type", [name for name in RESPONSE_TYPES if "code" in name])
def test_a_code_is_redeemed_whatever_came_with_it(every: RelyingParty, browser: Browser, response_type: str) -> None:
    browser.open(every.url(response_type=response_type))
    answer = every.answer(browser)
    tokens = every.redeem(answer["code"]).json
    assert every.userinfo(tokens["access_token"]).status_int == 200
    claims = every.claims(tokens["id_token"])
    assert claims["nonce"] == "the-nonce"
    if "id_token" in answer:
        first = every.claims(answer["id_token"])
        assert all(first[name] == claims[name] for name in ("iss", "sub", "aud", "auth_time", "sid", "acr", "amr"))


def test_a_state_in_chinese_is_tied_too(every: RelyingParty, browser: Browser) -> None:
    browser.open(every.url(response_type="id_token", state="项目"))
    answer = every.answer(browser)
    assert answer["state"] == "项目"
    assert every.claims(answer["id_token"])["s_hash"] == half_of("项目")


def test_words_in_another_order_are_the_same(every: RelyingParty, browser: Browser) -> None:
    browser.open(every.url(response_type="token id_token code"))
    assert {"code", "access_token", "id_token"} <= set(every.answer(browser))


@pytest.mark.parametrize("response_type", ["id_token", "id_token token", "code id_token", "code id_token token"])
def test_a_nonce_and_openid_are_needed_for_an_id_token(
    every: RelyingParty, browser: Browser, response_type: str
) -> None:
    browser.open(every.url(response_type=response_type, nonce=None))
    answer = every.answer(browser)
    assert (answer["error"], "nonce" in answer["error_description"]) == ("invalid_request", True)
    browser.open(every.url(response_type=response_type, scope="profile"))
    assert every.answer(browser)["error"] == "invalid_scope"
    assert "#" in browser.hops[-1], "an error goes the way that the answer would have gone"


def test_a_site_that_is_not_registered_for_them_gets_none(
    rp: RelyingParty, browser: Browser, register: Callable[..., RelyingParty]
) -> None:
    for response_type in set(RESPONSE_TYPES) - {"code"}:
        browser.open(rp.url(response_type=response_type))
        answer = rp.answer(browser)
        assert answer["error"] == "unauthorized_client", response_type
        assert not {"code", "access_token", "id_token"} & set(answer)


def test_prompt_none_fails_in_the_form_too(sso: SingleSignOn, every: RelyingParty) -> None:
    nobody = sso.browser()
    nobody.open(every.url(response_type="code id_token", response_mode="form_post", prompt="none"))
    assert every.answer(nobody)["error"] == "login_required"


def test_signing_out_ends_an_access_token_of_the_address_bar(every: RelyingParty, browser: Browser) -> None:
    browser.open(every.url(response_type="token"))
    token = every.answer(browser)["access_token"]
    assert every.userinfo(token).status_int == 200
    browser.open(f"{PORTAL}/o/logout/")
    browser.submit(browser.page.forms[0], "decision", "sign_out")
    assert every.userinfo(token).status_int == 401


def test_the_form_page_has_a_button_for_who_has_no_script_and_holds_nothing_but_the_answer(
    every: RelyingParty, browser: Browser
) -> None:
    browser.open(every.url(response_mode="form_post"))
    page = browser.page
    assert page.headers["Cache-Control"] == "no-store"
    assert page.html.find("h1").get_text() == "On to Site every"
    form = page.html.find("form", attrs={"data-submit": True})
    assert form["method"] == "post"
    assert form.find("button").get_text() == "Continue"
    assert {field["name"] for field in form.find_all("input")} == {"code", "state", "session_state", "iss"}
    assert page.html.find("script").get("src"), "no inline script"
