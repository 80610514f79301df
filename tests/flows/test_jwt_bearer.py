"""A client that the operator trusts speaks for a person who is not here (RFC 7523, section 2.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import add_api, api_address, assertion_claims, assertion_fields, jwk_set, key_for, signed
from sso_testkit.clients.names import JWT_BEARER
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from sso_testkit.together import together

KEY = key_for("ES256", "speaks")
Bring = Callable[..., webtest.TestResponse]


@pytest.fixture
def site(register: Callable[..., RelyingParty]) -> RelyingParty:
    """A silent site that may speak for people."""
    return register("batch", grant_types=["authorization_code", JWT_BEARER], jwks=jwk_set(KEY))


@pytest.fixture
def bring(sso: SingleSignOn, site: RelyingParty) -> Bring:
    """Brings an assertion about zp, with claims changed."""

    def bring_one(by: RelyingParty = site, fields: Any = None, key: Any = KEY, **claims: Any) -> webtest.TestResponse:
        content = assertion_claims(by.client_id, sso.clock.now(), **{"sub": "zp", **claims})
        return by.token(grant_type=JWT_BEARER, assertion=signed(content, key), **(fields or {}))

    return bring_one


def test_a_token_for_somebody_who_is_not_here(sso: SingleSignOn, site: RelyingParty, bring: Bring) -> None:
    answer = bring().json
    assert (answer["scope"], answer["expires_in"]) == ("openid profile email", 3600)
    assert not {"refresh_token", "id_token"} & set(answer)
    assert site.userinfo(answer["access_token"]).json["preferred_username"] == "zp"
    told = site.introspect(answer["access_token"]).json
    assert not {"auth_time", "acr", "sid"} & set(told), "she has proved nothing"
    with sso.portal.transaction() as unit:
        unit.sign_outs.end_all_of(unit.users.by_username("zp"), "ended_by_administrator")
    assert site.userinfo(answer["access_token"]).status_int == 401, "signed out everywhere"


def test_the_person_by_her_subject_and_only_then_by_her_name(
    sso: SingleSignOn, site: RelyingParty, bring: Bring
) -> None:
    with sso.portal.transaction() as unit:
        subject = unit.users.by_username("zp").subject
    # Somebody who chose another one's subject as her user name.
    sso.add_person(subject)
    for sub in (subject, "ZP"):
        token = bring(sub=sub).json["access_token"]
        assert site.userinfo(token).json["preferred_username"] == "zp"


def test_pairwise_subjects_are_not_turned_back(
    sso: SingleSignOn, register: Callable[..., RelyingParty], browser: Browser, bring: Bring
) -> None:
    grants = ["authorization_code", JWT_BEARER]
    pairwise = register("pairwise", grant_types=grants, jwks=jwk_set(KEY), subject_type="pairwise")
    token = bring(pairwise).json["access_token"]
    assert error_of(bring(pairwise, sub=pairwise.userinfo(token).json["sub"])) == "invalid_grant"
    with sso.portal.transaction() as unit:
        subject = unit.users.by_username("zp").subject
    assert error_of(bring(pairwise, sub=subject)) == "invalid_grant", "nor is it told whose the public one is"


def test_for_an_api(sso: SingleSignOn, site: RelyingParty, bring: Bring) -> None:
    add_api(sso, "api", access_token_format="jwt", resource_scopes="openid")
    answer = bring(fields={"resource": api_address("api"), "scope": "openid email"}).json
    claims = site.claims(answer["access_token"])
    assert (claims["aud"], claims["scope"], answer["scope"]) == (api_address("api"), "openid", "openid")
    assert not {"auth_time", "acr", "amr", "sid"} & set(claims)


def test_a_person_who_is_asked_has_to_have_agreed(
    register: Callable[..., RelyingParty], browser: Browser, bring: Bring
) -> None:
    grants = ["authorization_code", JWT_BEARER]
    once = register("once", grant_types=grants, jwks=jwk_set(KEY), consent="once")
    refused = bring(once)
    assert (error_of(refused), "has not agreed" in refused.json["error_description"]) == ("invalid_grant", True)
    browser.open(once.url(scope="openid profile"))
    browser.agree()
    assert bring(once, fields={"scope": "openid profile"}).status_int == 200
    assert error_of(bring(once)) == "invalid_grant", "email was not among it"
    for name, own in (("explicit", {"consent": "explicit"}), ("strict", {"always_authenticate": True})):
        other = register(name, grant_types=grants, jwks=jwk_set(KEY), **own)
        assert error_of(bring(other)) == "invalid_grant", name


def test_offline_access_is_not_part_of_it(register: Callable[..., RelyingParty], bring: Bring) -> None:
    grants = ["authorization_code", JWT_BEARER]
    site = register("offline", grant_types=grants, jwks=jwk_set(KEY), scope="openid offline_access")
    assert bring(site).json["scope"] == "openid"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "rp"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": ["zp"]},
        {"sub": "batch"},
        {"sub": "nobody"},
        {"sub": "z\x00p"},
        {"sub": "x" * 5000},
        {"aud": "https://other.test/"},
        {"aud": None},
        {"aud": {"a": 1}},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": -1},
        {"jti": None},
        {"jti": 1},
        {"jti": "x" * 300},
    ],
)
def test_assertions_that_are_refused(bring: Bring, claims: dict[str, Any]) -> None:
    assert error_of(bring(**claims)) == "invalid_grant"


def test_times_and_audiences(sso: SingleSignOn, bring: Bring) -> None:
    now = sso.clock.now()
    for aud in (PORTAL, f"{PORTAL}/o/token/", ["https://other.test/", f"{PORTAL}/o/token"]):
        assert bring(aud=aud).status_int == 200, aud
    assert bring(exp=now + 300).status_int == 200
    assert error_of(bring(exp=now + 301)) == "invalid_grant"
    assert error_of(bring(exp=now - 10)) == "invalid_grant"
    assert error_of(bring(nbf=now + 100)) == "invalid_grant"


def test_an_assertion_is_good_once(sso: SingleSignOn, site: RelyingParty) -> None:
    assertion = signed(assertion_claims("batch", sso.clock.now(), sub="zp"), KEY)
    answers = together(20, lambda _number: site.token(grant_type=JWT_BEARER, assertion=assertion))
    assert sorted(answer.status_int for answer in answers) == [200] + [400] * 19
    assert {answer.json["error"] for answer in answers if answer.status_int == 400} == {"invalid_grant"}


def test_what_is_refused_uses_nothing_up(sso: SingleSignOn, site: RelyingParty) -> None:
    assertion = signed(assertion_claims("batch", sso.clock.now(), sub="zp"), KEY)
    assert error_of(site.token(grant_type=JWT_BEARER, assertion=assertion, scope="roles")) == "invalid_scope"
    assert error_of(site.token(grant_type=JWT_BEARER, assertion=assertion, resource="nowhere")) == "invalid_target"
    assert site.token(grant_type=JWT_BEARER, assertion=assertion).status_int == 200


def test_other_signatures_and_other_kinds_of_jwts(
    sso: SingleSignOn, rp: RelyingParty, site: RelyingParty, browser: Browser, bring: Bring
) -> None:
    assert error_of(bring(key=key_for("ES256", "another"))) == "invalid_grant"
    good = assertion_claims("batch", sso.clock.now(), sub="zp")
    strange = [
        signed(good, KEY, typ="at+jwt"),
        signed(good, KEY, typ="token-introspection+jwt"),
        signed(b"[]", KEY),
        site.redeem(site.code(browser)).json["id_token"],
        "not.a.jwt",
        "x" * 50_000,
    ]
    for assertion in strange:
        assert error_of(site.token(grant_type=JWT_BEARER, assertion=assertion)) == "invalid_grant", assertion[:40]
    assert error_of(site.token(grant_type=JWT_BEARER)) == "invalid_request"
    assert error_of(rp.token(grant_type=JWT_BEARER, assertion=signed(good, KEY))) == "unauthorized_client"
    # The JWT by which a client proves who it is speaks for nobody.
    own = signed(assertion_claims("batch", sso.clock.now()), KEY)
    assert error_of(site.token(grant_type=JWT_BEARER, assertion=own)) == "invalid_grant"


def test_a_client_that_proves_itself_with_the_same_key(
    sso: SingleSignOn, register: Callable[..., RelyingParty]
) -> None:
    grants = ["authorization_code", JWT_BEARER]
    site = register("keyed", grant_types=grants, jwks=jwk_set(KEY), token_endpoint_auth_method="private_key_jwt")
    now = sso.clock.now()
    own, about = (signed(assertion_claims("keyed", now, **more), KEY) for more in ({}, {"sub": "zp"}))
    assert site.token(grant_type=JWT_BEARER, assertion=about, **assertion_fields(own)).status_int == 200
    again = signed(assertion_claims("keyed", now, sub="zp"), KEY)
    assert (
        error_of(site.token(grant_type=JWT_BEARER, assertion=again, **assertion_fields(again)), 401) == "invalid_client"
    )


def test_disabled_people_are_not_spoken_for(sso: SingleSignOn, bring: Bring) -> None:
    with sso.portal.transaction() as unit:
        unit.users.set_enabled(unit.users.by_username("zp"), False)
    assert error_of(bring()) == "invalid_grant"


@pytest.mark.parametrize(
    ("metadata", "words"),
    [({"token_endpoint_auth_method": "none"}, "can prove who they are"), ({}, "public keys")],
)
def test_who_is_not_registered_for_it(register: Callable[..., RelyingParty], metadata: Any, words: str) -> None:
    with pytest.raises(Exception, match=words):
        register("refused", grant_types=["authorization_code", JWT_BEARER], **metadata)
