"""Who may ask about a token, who may give it back, and what that does (RFC 7662, RFC 7009)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients.names import PASSWORD_ACR
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL


@pytest.fixture
def tokens(rp: RelyingParty, browser: Browser) -> dict[str, str]:
    return dict(rp.redeem(rp.code(browser)).json)


def test_a_living_access_token(sso: SingleSignOn, rp: RelyingParty, tokens: dict[str, str]) -> None:
    told = rp.introspect(tokens["access_token"]).json
    now = sso.clock.now()
    assert told == {
        "active": True,
        "scope": "openid profile email",
        "client_id": "rp",
        "token_type": "Bearer",
        "iss": PORTAL,
        "iat": now,
        "exp": now + 3600,
        "auth_time": now,
        "acr": PASSWORD_ACR,
        "sub": rp.claims(tokens["id_token"])["sub"],
        "sid": rp.claims(tokens["id_token"])["sid"],
        "username": "zp",
    }


@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "pigeon"])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_hint_does_not_matter(rp: RelyingParty, tokens: dict[str, str], kind: str, hint: str | None) -> None:
    assert rp.introspect(tokens[kind], token_type_hint=hint).json["active"] is True
    assert rp.revoke(tokens[kind], token_type_hint=hint).status_int == 200
    assert rp.introspect(tokens[kind], token_type_hint=hint).json == {"active": False}


def test_only_its_own_client_and_resource_servers_are_told(
    register: Callable[..., RelyingParty], rp: RelyingParty, tokens: dict[str, str]
) -> None:
    stranger, interface = register("stranger"), register("api", resource_server=True)
    assert stranger.introspect(tokens["access_token"]).json == {"active": False}
    assert interface.introspect(tokens["access_token"]).json["username"] == "zp"
    assert interface.introspect(tokens["refresh_token"]).json == {"active": False}


@pytest.mark.parametrize("end", ["expired", "rotated", "signed out", "disabled", "client removed", "unknown"])
def test_a_token_that_is_over(
    sso: SingleSignOn, register: Callable[..., RelyingParty], rp: RelyingParty, tokens: dict[str, str], end: str
) -> None:
    # A refresh token is its own client's business alone.
    interface = rp if end == "rotated" else register("api", resource_server=True)
    token = tokens["refresh_token" if end == "rotated" else "access_token"]
    assert interface.introspect(token).json["active"] is True
    if end == "expired":
        sso.clock.advance(3600)
    elif end == "rotated":
        rp.refresh(token)
    elif end == "unknown":
        token = token.swapcase()
    with sso.portal.transaction() as unit:
        zp = unit.users.by_username("zp")
        if end == "signed out":
            unit.sign_outs.end_all_of(zp, "ended_by_administrator")
        elif end == "disabled":
            unit.users.set_enabled(zp, False)
        elif end == "client removed":
            unit.clients.remove("rp")
    assert interface.introspect(token).json == {"active": False}


def test_giving_back_a_refresh_token_ends_everything_from_the_same_sign_in(
    rp: RelyingParty, tokens: dict[str, str], browser: Browser
) -> None:
    other = rp.redeem(rp.code(browser)).json
    answer = rp.revoke(tokens["refresh_token"])
    assert (answer.status_int, answer.json) == (200, {})
    assert rp.userinfo(tokens["access_token"]).status_int == 401
    assert error_of(rp.refresh(tokens["refresh_token"])) == "invalid_grant"
    assert rp.userinfo(other["access_token"]).status_int == 200, "another sign-in's tokens live"


def test_giving_back_an_access_token_ends_that_one_alone(rp: RelyingParty, tokens: dict[str, str]) -> None:
    assert rp.revoke(tokens["access_token"]).status_int == 200
    assert rp.userinfo(tokens["access_token"]).status_int == 401
    assert rp.refresh(tokens["refresh_token"]).status_int == 200


def test_another_clients_token_is_not_ended_and_nobody_is_told(
    register: Callable[..., RelyingParty], rp: RelyingParty, tokens: dict[str, str]
) -> None:
    stranger = register("stranger")
    for token in (tokens["access_token"], tokens["refresh_token"], "made-up"):
        assert stranger.revoke(token).status_int == 200
    assert rp.userinfo(tokens["access_token"]).status_int == 200
    assert rp.refresh(tokens["refresh_token"]).status_int == 200


def test_a_public_client_gives_back_its_own(register: Callable[..., RelyingParty], browser: Browser) -> None:
    page = register("page", token_endpoint_auth_method="none")
    tokens = page.redeem(page.code(browser)).json
    assert page.revoke(tokens["refresh_token"]).status_int == 200
    assert page.userinfo(tokens["access_token"]).status_int == 401


@pytest.mark.parametrize("endpoint", ["introspect", "revoke"])
def test_requests_that_are_refused(rp: RelyingParty, tokens: dict[str, str], endpoint: str) -> None:
    token = tokens["access_token"]
    assert error_of(rp.call(endpoint)) == "invalid_request"
    assert error_of(rp.call(endpoint, token="")) == "invalid_request"
    assert error_of(rp.call(endpoint, token=token, client_secret="wrong"), 401) == "invalid_client"
    assert error_of(rp.call(endpoint, token=token, client_id=None, client_secret=None), 401) == "invalid_client"
    http = rp.http()
    url = f"{PORTAL}/o/{endpoint}/"
    body = f"client_id=rp&client_secret={rp.secret}&token={token}"
    form = {"content_type": "application/x-www-form-urlencoded", "status": "*"}
    assert error_of(http.post(f"{url}?token={token}", body, **form)) == "invalid_request"
    assert error_of(http.post(url, f"{body}&token={token}", **form)) == "invalid_request"
    assert error_of(http.post(url, f"{body}%ff", **form)) == "invalid_request"
    assert error_of(http.post(url, body, content_type="application/json", status="*")) == "invalid_request"
    assert http.get(url, status="*").status_int == 405
    assert rp.call(endpoint, token="x" * 40_000).status_int == 200
    assert rp.userinfo(token).status_int == 200, "nothing of this has ended it"


def test_a_page_of_a_public_client_may_read_answers_and_no_other(
    sso: SingleSignOn, register: Callable[..., RelyingParty], rp: RelyingParty
) -> None:
    register("page", token_endpoint_auth_method="none", redirect_uris=["https://page.example.test:8443/cb"])
    http = webtest.TestApp(sso.world)
    for path, methods in (("token", "POST"), ("revoke", "POST"), ("userinfo", "GET, HEAD, POST")):
        url = f"{PORTAL}/o/{path}/"
        asked = http.options(url, headers={"Origin": "https://page.example.test:8443"})
        assert (asked.status_int, asked.headers["Access-Control-Allow-Methods"]) == (204, methods)
        assert asked.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type, DPoP"
        for sender, readable in (
            ("https://page.example.test:8443", True),
            ("https://page.example.test", False),
            ("https://rp.example.test", False),
            ("null", False),
            ("https://page.example.test:8443.evil.example", False),
        ):
            answer = http.post(url, {}, headers={"Origin": sender}, status="*")
            allowed = answer.headers.get("Access-Control-Allow-Origin")
            assert allowed == (sender if readable else None), sender
            assert "Origin" in answer.headers["Vary"]
            assert "Access-Control-Allow-Credentials" not in answer.headers
    introspection = http.post(
        f"{PORTAL}/o/introspect/", {}, headers={"Origin": "https://page.example.test:8443"}, status="*"
    )
    assert "Access-Control-Allow-Origin" not in introspection.headers
