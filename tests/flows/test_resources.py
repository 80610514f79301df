"""Tokens for APIs: asked for by resource (RFC 8707), checked by the API itself (RFC 9068) or by asking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import add_api, api_address, header_of, jwk_set, key_for, signed, tokens_for
from sso_testkit.clients.names import PASSWORD_ACR
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

USER, PROJECT = api_address("user-api"), api_address("project-api")


@pytest.fixture
def user_api(sso: SingleSignOn) -> RelyingParty:
    return add_api(sso, "user-api", resource_scopes="openid profile roles")


@pytest.fixture
def project_api(sso: SingleSignOn) -> RelyingParty:
    return add_api(sso, "project-api", access_token_format="jwt")


@pytest.mark.parametrize("name", [USER, "user-api"])
def test_a_token_for_an_api_opens_that_one_alone(
    rp: RelyingParty, browser: Browser, user_api: RelyingParty, project_api: RelyingParty, name: str
) -> None:
    tokens = tokens_for(rp, browser, name)
    assert tokens["scope"] == "openid profile", "email means nothing there"
    assert rp.claims(tokens["id_token"])["sub"], "the id_token is the site's own"
    told = user_api.introspect(tokens["access_token"]).json
    assert (told["aud"], told["scope"], told["acr"]) == ([name], "openid profile", PASSWORD_ACR)
    assert project_api.introspect(tokens["access_token"]).json == {"active": False}
    assert rp.introspect(tokens["access_token"]).json["aud"] == [name], "its own client may ask too"
    assert error_of(rp.userinfo(tokens["access_token"]), 401) == "invalid_token"


def test_an_api_that_takes_jwts(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser, project_api: RelyingParty
) -> None:
    tokens = tokens_for(rp, browser, PROJECT)
    access, now = tokens["access_token"], sso.clock.now()
    assert (header_of(access)["typ"], header_of(access)["alg"], tokens["expires_in"]) == ("at+jwt", "ES256", 300)
    claims = rp.claims(access)
    about = rp.claims(tokens["id_token"])
    assert claims == {
        "iss": PORTAL,
        "sub": about["sub"],
        "aud": PROJECT,
        "client_id": "rp",
        "iat": now,
        "exp": now + 300,
        "jti": claims["jti"],
        "scope": "openid profile email",
        "auth_time": now,
        "sid": about["sid"],
        "amr": ["pwd"],
        "acr": PASSWORD_ACR,
    }
    told = project_api.introspect(access).json
    for name in ("iss", "sub", "client_id", "iat", "exp", "jti", "scope", "auth_time", "sid", "acr"):
        assert told[name] == claims[name], name
    again = rp.refresh(tokens["refresh_token"]).json
    assert rp.claims(again["access_token"])["aud"] == PROJECT
    assert rp.claims(again["access_token"])["jti"] != claims["jti"]
    assert error_of(rp.userinfo(access), 401) == "invalid_token"
    assert rp.revoke(access).status_int == 200
    assert project_api.introspect(access).json == {"active": False}
    sso.clock.advance(300)
    assert project_api.introspect(again["access_token"]).json == {"active": False}


def test_roles_are_in_a_jwt_with_their_scope(
    sso: SingleSignOn, register: Callable[..., RelyingParty], browser: Browser, project_api: RelyingParty
) -> None:
    site = register("roles-site", scope="openid roles")
    with sso.portal.transaction() as unit:
        unit.users.set_roles(unit.users.by_username("zp"), ["teacher"])
    for scope, roles in (("openid roles", ["teacher"]), ("openid", None)):
        access = tokens_for(site, browser, PROJECT, scope=scope)["access_token"]
        assert site.claims(access).get("roles") == roles


def test_every_algorithm_of_jwts(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    for algorithm in ("ES256", "RS256", "PS256", "EdDSA"):
        name = f"api-{algorithm.lower()}"
        add_api(sso, name, access_token_format="jwt", access_token_signed_response_alg=algorithm)
        access = tokens_for(rp, browser, api_address(name))["access_token"]
        assert header_of(access)["alg"] == algorithm
        assert rp.claims(access)["aud"] == api_address(name)


def test_one_authorization_for_several_apis(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser, user_api: RelyingParty, project_api: RelyingParty
) -> None:
    add_api(sso, "open-api")
    browser.open(f"{rp.url()}&resource={USER}&resource={PROJECT}")
    code = rp.answer(browser)["code"]
    refused = rp.redeem(code)
    assert (error_of(refused), "different forms" in refused.json["error_description"]) == ("invalid_target", True)
    assert error_of(rp.redeem(code, resource=api_address("open-api"))) == "invalid_target", "not of this authorization"
    first = rp.redeem(code, resource=USER).json
    assert user_api.introspect(first["access_token"]).json["aud"] == [USER]
    second = rp.refresh(first["refresh_token"], resource="project-api").json
    assert rp.claims(second["access_token"])["aud"] == "project-api", "the same API by its other name"
    third = rp.refresh(second["refresh_token"], resource=USER).json
    assert user_api.introspect(third["access_token"]).json["aud"] == [USER], "refresh tokens keep the whole set"
    assert error_of(rp.refresh(third["refresh_token"], resource=api_address("open-api"))) == "invalid_target"
    assert rp.refresh(third["refresh_token"], resource=USER).status_int == 200, "nothing was used up"


def test_several_apis_of_one_form_share_a_token(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    apis = [
        add_api(sso, name, access_token_format="jwt", resource_scopes=scope)
        for name, scope in (("one", "openid"), ("two", "email"))
    ]
    tokens = tokens_for(rp, browser, api_address("one"), api_address("two"))
    assert rp.claims(tokens["access_token"])["aud"] == [api_address("one"), api_address("two")]
    assert tokens["scope"] == "openid email"
    assert all(api.introspect(tokens["access_token"]).json["active"] for api in apis)


def test_the_resource_survives_signing_in_and_the_consent_page(
    sso: SingleSignOn, register: Callable[..., RelyingParty], user_api: RelyingParty, project_api: RelyingParty
) -> None:
    site, browser = register("asks", consent="explicit"), sso.browser()
    browser.open(f"{site.url()}&resource={USER}&resource={PROJECT}")
    browser.sign_in("zp", "penadmin")
    browser.agree()
    code = site.answer(browser)["code"]
    assert site.claims(site.redeem(code, resource=PROJECT).json["access_token"])["aud"] == PROJECT


@pytest.mark.parametrize("inside", [[USER, PROJECT], PROJECT])
def test_resources_in_a_request_object(
    register: Callable[..., RelyingParty],
    browser: Browser,
    user_api: RelyingParty,
    project_api: RelyingParty,
    inside: Any,
) -> None:
    key = key_for("ES256", "resources")
    site = register("by-jwt", jwks=jwk_set(key))
    request = signed({"iss": "by-jwt", "aud": PORTAL, "resource": inside}, key)
    browser.open(f"{site.url(request=request)}&resource=https://outside.test/")
    code = site.answer(browser)["code"]
    assert site.claims(site.redeem(code, resource=PROJECT).json["access_token"])["aud"] == PROJECT
    for strange in ([], [1], {"a": 1}, [[USER]]):
        browser.open(site.url(request=signed({"iss": "by-jwt", "aud": PORTAL, "resource": strange}, key)))
        assert site.answer(browser)["error"] in {"invalid_request_object", "invalid_target"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("https://nobody.example.test/", "There is no resource"),
        ("rp", "There is no resource"),
        (f"{USER}#part", "fragment"),
        ("https://", "not an absolute URI"),
        ("project api", "There is no resource"),
        ("x" * 3000, "There is no resource"),
        ("https://项目.test/", "not an absolute URI"),
    ],
)
def test_what_is_no_resource(rp: RelyingParty, browser: Browser, user_api: RelyingParty, name: str, words: str) -> None:
    browser.open(rp.url(resource=name))
    answer = rp.answer(browser)
    assert (answer["error"], words in answer["error_description"]) == ("invalid_target", True), answer
    refused = rp.redeem(rp.code(browser), resource=name)
    assert (error_of(refused), words in refused.json["error_description"]) == ("invalid_target", True)


def test_a_client_that_is_registered_for_certain_apis(
    register: Callable[..., RelyingParty], browser: Browser, user_api: RelyingParty, project_api: RelyingParty
) -> None:
    site = register("modest", allowed_resources=["user-api"])
    assert tokens_for(site, browser, USER)["scope"] == "openid profile"
    browser.open(site.url(resource=PROJECT))
    assert site.answer(browser)["error"] == "invalid_target"
    tokens = tokens_for(site, browser, PORTAL)
    assert site.userinfo(tokens["access_token"]).json["preferred_username"] == "zp", "the portal's own is for everyone"


def test_a_token_whose_scopes_mean_nothing_there(
    register: Callable[..., RelyingParty], browser: Browser, user_api: RelyingParty
) -> None:
    site = register("elsewhere", scope="email all")
    code = site.code(browser, scope="email", resource=USER)
    assert error_of(site.redeem(code)) == "invalid_scope"
    assert site.redeem(code, resource=USER).json["error"] == "invalid_scope", "and the code is not used up"


def test_tokens_of_every_other_grant_are_for_an_api_too(
    sso: SingleSignOn, register: Callable[..., RelyingParty], browser: Browser, project_api: RelyingParty
) -> None:
    grants = ["authorization_code", "implicit", "password", "client_credentials", "refresh_token"]
    site = register("all-ways", grant_types=grants, response_types=["code", "token"], scope="openid all")
    browser.open(site.url(response_type="token", resource=PROJECT, scope="openid all"))
    front = site.answer(browser)["access_token"]
    assert site.claims(front)["sid"]
    word = site.token(grant_type="password", username="zp", password="penadmin", resource=PROJECT).json
    assert site.claims(word["access_token"])["auth_time"] == sso.clock.now()
    own = site.token(grant_type="client_credentials", resource=PROJECT).json
    claims = site.claims(own["access_token"])
    assert (claims["sub"], claims["client_id"], claims["scope"], own["expires_in"]) == (
        "all-ways",
        "all-ways",
        "all",
        300,
    )
    assert not {"auth_time", "acr", "amr", "sid"} & set(claims)
    for token in (front, word["access_token"], own["access_token"]):
        assert project_api.introspect(token).json["active"] is True
    browser.open(f"{site.url(response_type='token', resource=PROJECT, scope='openid')}&resource=nonsense")
    assert site.answer(browser)["error"] == "invalid_target"


def test_a_client_whose_own_tokens_are_jwts(
    register: Callable[..., RelyingParty], browser: Browser, user_api: RelyingParty
) -> None:
    site = register("jwt-site", access_token_format="jwt")
    tokens = tokens_for(site, browser)
    assert site.claims(tokens["access_token"])["aud"] == PORTAL, "for the portal itself, when nothing was asked for"
    assert site.userinfo(tokens["access_token"]).json["preferred_username"] == "zp"
    assert user_api.introspect(tokens["access_token"]).json == {"active": False}
    assert len(tokens_for(site, browser, USER)["access_token"]) < 100, "the API's form counts"


def test_jwts_live_no_longer_than_other_tokens(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.tokens.access_seconds": "60"})
    add_api(sso, "project-api", access_token_format="jwt")
    machine = RelyingParty.register(sso, "machine", grant_types=["client_credentials"], response_types=[], scope="all")
    assert machine.token(grant_type="client_credentials", resource=PROJECT).json["expires_in"] == 60


def test_an_access_token_is_no_id_token(rp: RelyingParty, browser: Browser, project_api: RelyingParty) -> None:
    tokens = tokens_for(rp, browser, PROJECT)
    browser.open(rp.url(id_token_hint=tokens["id_token"]))
    assert "code" in rp.answer(browser)
    browser.open(rp.url(id_token_hint=tokens["access_token"]))
    assert rp.answer(browser)["error"] == "invalid_request"


def test_the_portals_own_resource_describes_itself(sso: SingleSignOn, project_api: RelyingParty) -> None:
    http = webtest.TestApp(sso.world)
    challenge = http.get(f"{PORTAL}/o/userinfo/", status=401).headers["WWW-Authenticate"]
    place = f"{PORTAL}/.well-known/oauth-protected-resource"
    assert f'resource_metadata="{place}"' in challenge
    document = http.get(place).json
    assert (document["resource"], document["authorization_servers"]) == (PORTAL, [PORTAL])
    assert document["jwks_uri"] == f"{PORTAL}/o/jwks/"
    assert document["resource_name"] == "SSO Portal"
    assert "openid" in document["scopes_supported"]
    assert "all" not in document["scopes_supported"]
    for name in ("openid-configuration", "oauth-authorization-server"):
        assert http.get(f"{PORTAL}/.well-known/{name}").json["protected_resources"] == [PROJECT]


def test_every_way_to_carry_a_token_that_is_promised(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    http = webtest.TestApp(sso.world)
    document = http.get(f"{PORTAL}/.well-known/oauth-protected-resource").json
    token = tokens_for(rp, browser, document["resource"])["access_token"]
    ways: dict[str, Callable[[], Any]] = {
        "header": lambda: rp.userinfo(token),
        "body": lambda: http.post(f"{PORTAL}/o/userinfo/", {"access_token": token}),
    }
    assert list(ways) == document["bearer_methods_supported"]
    for way, use in ways.items():
        assert use().json["preferred_username"] == "zp", way
