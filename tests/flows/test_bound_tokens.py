"""Tokens that are bound to a key, from the sign-in to the API (RFC 9449)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import Device, DpopKey, add_api, api_address
from sso_testkit.clients.names import DEVICE_CODE, TOKEN_ENDPOINT
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

PAR = f"{PORTAL}/o/par/"


@pytest.fixture
def key(sso: SingleSignOn) -> DpopKey:
    return DpopKey(sso)


@pytest.fixture
def thief(sso: SingleSignOn) -> DpopKey:
    return DpopKey(sso, "thief")


@pytest.fixture
def app(register: Callable[..., RelyingParty]) -> RelyingParty:
    """A public client."""
    return register("app", token_endpoint_auth_method="none")


def test_from_the_sign_in_to_userinfo(rp: RelyingParty, browser: Browser, key: DpopKey) -> None:
    tokens = rp.redeem(rp.code(browser), dpop=key)
    assert (tokens.status_int, tokens.json["token_type"]) == (200, "DPoP")
    assert rp.claims(tokens.json["id_token"])["nonce"] == "the-nonce"
    assert rp.userinfo(tokens.json["access_token"], dpop=key).json["preferred_username"] == "zp"
    assert rp.userinfo(tokens.json["access_token"]).status_int == 401


def test_a_nonce_costs_the_code_nothing(rp: RelyingParty, browser: Browser, key: DpopKey) -> None:
    code, fields = rp.code(browser), {"grant_type": "authorization_code", "redirect_uri": rp.redirect_uri}
    http = rp.http()
    form = {**fields, "code": code, "client_id": rp.client_id, "client_secret": str(rp.secret)}
    asked = http.post(TOKEN_ENDPOINT, form, headers={"DPoP": key.proof()}, status="*")
    assert error_of(asked) == "use_dpop_nonce"
    assert rp.redeem(code, dpop=key).status_int == 200


def test_apis_learn_of_the_key(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser, key: DpopKey, thief: DpopKey
) -> None:
    asks, checks = add_api(sso, "asks"), add_api(sso, "checks", access_token_format="jwt")
    first = rp.redeem(rp.code(browser, resource=api_address("asks")), dpop=key).json
    told = asks.introspect(first["access_token"]).json
    assert (told["token_type"], told["cnf"]) == ("DPoP", {"jkt": key.thumbprint})
    second = rp.redeem(rp.code(browser, resource=api_address("checks")), dpop=thief).json
    assert checks.claims(second["access_token"])["cnf"] == {"jkt": thief.thumbprint}
    unbound = rp.redeem(rp.code(browser, resource=api_address("asks"))).json
    told = asks.introspect(unbound["access_token"]).json
    assert told["token_type"] == unbound["token_type"] == "Bearer"
    assert "cnf" not in told


@pytest.mark.parametrize("grant", ["client_credentials", "password"])
def test_grants_without_a_browser(register: Callable[..., RelyingParty], key: DpopKey, grant: str) -> None:
    site = register("machine", grant_types=[grant], response_types=[], scope="openid profile all")
    person = {"username": "zp", "password": "penadmin"} if grant == "password" else {}
    answer = site.token(dpop=key, grant_type=grant, scope="all", **person).json
    assert answer["token_type"] == "DPoP"
    assert site.introspect(answer["access_token"]).json["cnf"] == {"jkt": key.thumbprint}


def test_a_television(sso: SingleSignOn, browser: Browser, key: DpopKey, thief: DpopKey) -> None:
    tv = Device(sso, scope="openid profile")
    browser.open(tv.ask().json["verification_uri_complete"])
    browser.agree()
    form = {"client_id": tv.client_id}
    poll = {**form, "grant_type": DEVICE_CODE, "device_code": tv.codes["device_code"]}
    tokens = key.call(tv.http, TOKEN_ENDPOINT, poll).json
    assert tokens["token_type"] == "DPoP"
    assert key.userinfo(tv.http, tokens["access_token"]).status_int == 200
    refresh = {**form, "grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert error_of(thief.call(tv.http, TOKEN_ENDPOINT, refresh)) == "invalid_grant"
    assert key.call(tv.http, TOKEN_ENDPOINT, refresh).json["token_type"] == "DPoP"


# Refresh tokens (section 5) -----------------------------------------------------------------------------------------


def test_a_public_client_refreshes_with_the_same_key_only(
    app: RelyingParty, browser: Browser, key: DpopKey, thief: DpopKey
) -> None:
    tokens = app.redeem(app.code(browser), dpop=key).json
    for other in (None, thief):
        refused = app.refresh(tokens["refresh_token"], dpop=other)
        assert error_of(refused) == "invalid_grant"
        assert "another DPoP key" in refused.json["error_description"]
    newer = app.refresh(tokens["refresh_token"], dpop=key).json
    assert newer["token_type"] == "DPoP"
    assert error_of(app.refresh(newer["refresh_token"])) == "invalid_grant", "its successor is bound just as well"
    assert error_of(thief.call(app.http(), TOKEN_ENDPOINT, _refresh(app, tokens["refresh_token"]))) == "invalid_grant"
    # Somebody without the key has replayed a token that was used: that ends nothing.
    assert app.refresh(newer["refresh_token"], dpop=key).status_int == 200


def _refresh(app: RelyingParty, token: str) -> dict[str, str]:
    return {"grant_type": "refresh_token", "refresh_token": token, "client_id": app.client_id}


def test_a_replay_with_the_key_ends_everything(
    sso: SingleSignOn, app: RelyingParty, browser: Browser, key: DpopKey
) -> None:
    tokens = app.redeem(app.code(browser), dpop=key).json
    newer = app.refresh(tokens["refresh_token"], dpop=key).json
    sso.clock.advance(60)
    assert error_of(app.refresh(tokens["refresh_token"], dpop=key)) == "invalid_grant"
    assert error_of(app.refresh(newer["refresh_token"], dpop=key)) == "invalid_grant"


def test_a_confidential_client_may_change_its_key(
    rp: RelyingParty, browser: Browser, key: DpopKey, thief: DpopKey
) -> None:
    tokens = rp.redeem(rp.code(browser), dpop=key).json
    newer = rp.refresh(tokens["refresh_token"], dpop=thief).json
    assert rp.userinfo(newer["access_token"], dpop=thief).status_int == 200
    assert rp.userinfo(newer["access_token"], dpop=key).status_int == 401
    assert rp.refresh(newer["refresh_token"]).json["token_type"] == "Bearer"


# Codes (section 10) -------------------------------------------------------------------------------------------------


def test_a_code_for_one_key(rp: RelyingParty, browser: Browser, key: DpopKey, thief: DpopKey) -> None:
    code = rp.code(browser, dpop_jkt=key.thumbprint)
    for other in (None, thief):
        assert error_of(rp.redeem(code, dpop=other)) == "invalid_grant"
    assert rp.redeem(code, dpop=key).json["token_type"] == "DPoP"


@pytest.mark.parametrize("value", ["x", "x" * 42, "x" * 44, "=" * 43, "密" * 43])
def test_a_key_that_cannot_be_named(rp: RelyingParty, browser: Browser, value: str) -> None:
    browser.open(rp.url(dpop_jkt=value))
    assert rp.answer(browser)["error"] == "invalid_request"


@pytest.mark.parametrize(("named", "proved"), [(True, False), (False, True), (True, True)])
def test_a_pushed_request_binds_its_code(
    rp: RelyingParty, browser: Browser, key: DpopKey, thief: DpopKey, named: bool, proved: bool
) -> None:
    wish = {"dpop_jkt": key.thumbprint} if named else {}
    pushed = rp.call("par", dpop=key if proved else None, **_parameters(rp), **wish)
    assert pushed.status_int == 201, pushed.text
    assert ("DPoP-Nonce" in pushed.headers) is proved
    browser.open(f"{PORTAL}/o/authorize/?client_id={rp.client_id}&request_uri={pushed.json['request_uri']}")
    code = rp.answer(browser)["code"]
    assert error_of(rp.redeem(code, dpop=thief)) == "invalid_grant"
    assert rp.redeem(code, dpop=key).status_int == 200


def test_a_pushed_request_that_contradicts_itself(rp: RelyingParty, key: DpopKey, thief: DpopKey) -> None:
    pushed = rp.call("par", dpop=key, **_parameters(rp), dpop_jkt=thief.thumbprint)
    assert error_of(pushed) == "invalid_dpop_proof"
    elsewhere = key.proof(key.fresh().claims("POST", TOKEN_ENDPOINT))
    form = {**_parameters(rp), "client_id": rp.client_id, "client_secret": str(rp.secret)}
    answer = rp.http().post(PAR, form, headers={"DPoP": elsewhere}, status="*")
    assert error_of(answer) == "invalid_dpop_proof"
    assert answer.headers["DPoP-Nonce"]


def _parameters(rp: RelyingParty) -> dict[str, str]:
    query = rp.url().partition("?")[2]
    pairs = webtest.TestRequest.blank(f"/?{query}").GET
    return {name: value for name, value in pairs.items() if name != "client_id"}


# Registration (section 5.2) -----------------------------------------------------------------------------------------


def test_a_client_whose_tokens_are_always_bound(
    register: Callable[..., RelyingParty], browser: Browser, key: DpopKey
) -> None:
    site = register("bound", dpop_bound_access_tokens=True)
    code = site.code(browser)
    refused = site.redeem(code)
    assert error_of(refused) == "invalid_dpop_proof"
    assert refused.headers["DPoP-Nonce"]
    tokens = site.redeem(code, dpop=key).json
    assert error_of(site.refresh(tokens["refresh_token"])) == "invalid_dpop_proof"
    assert site.introspect(tokens["access_token"]).json["cnf"] == {"jkt": key.thumbprint}, "who asks needs no proof"


def test_what_comes_in_an_address_is_never_bound(
    register: Callable[..., RelyingParty], browser: Browser, key: DpopKey
) -> None:
    both: dict[str, Any] = {"grant_types": ["authorization_code", "implicit"], "response_types": ["code token"]}
    site = register("hybrid", **both)
    browser.open(site.url(response_type="code token", dpop_jkt=key.thumbprint))
    answer = site.answer(browser)
    assert answer["token_type"] == "Bearer"
    assert site.userinfo(answer["access_token"]).status_int == 200
    assert error_of(site.redeem(answer["code"])) == "invalid_grant"


# Pages of other origins ---------------------------------------------------------------------------------------------


def test_a_page_may_send_proofs_and_read_nonces(app: RelyingParty) -> None:
    origin = {"Origin": "https://app.example.test"}
    asked = app.http().options(TOKEN_ENDPOINT, headers={**origin, "Access-Control-Request-Method": "POST"})
    assert "DPoP" in asked.headers["Access-Control-Allow-Headers"].split(", ")
    answer = app.http().post(TOKEN_ENDPOINT, {"client_id": "app"}, headers=origin, status=400)
    assert "DPoP-Nonce" in answer.headers["Access-Control-Expose-Headers"].split(", ")
