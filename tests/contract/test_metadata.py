"""The metadata documents say what is there, and what they say is there."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import pytest
import webtest
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import KeySet

from sso_testkit import SingleSignOn
from sso_testkit.browser import Browser
from sso_testkit.clients import assertion_claims, assertion_fields, jwk_set, key_for, signed, signed_by_secret
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from tests.support.records import WHOLE_PROFILE

CONFIGURATION = f"{PORTAL}/.well-known/openid-configuration"


@pytest.fixture
def document(sso: SingleSignOn) -> dict[str, list[str]]:
    answer = webtest.TestApp(sso.world).get(CONFIGURATION)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age" in answer.headers["Cache-Control"]
    return dict(answer.json)


def test_every_endpoint_is_there(sso: SingleSignOn, document: dict[str, str]) -> None:
    assert document["issuer"] == PORTAL
    http = webtest.TestApp(sso.world)
    for name, address in document.items():
        if name.endswith(("_endpoint", "_uri", "_iframe")):
            assert address.startswith(PORTAL)
            assert http.get(address, status="*").status_int != 404, name


def test_both_documents_agree(sso: SingleSignOn, document: dict[str, object]) -> None:
    other = webtest.TestApp(sso.world).get(f"{PORTAL}/.well-known/oauth-authorization-server").json
    assert other.items() <= document.items()


def test_every_response_mode(rp: RelyingParty, browser: Browser, document: dict[str, list[str]]) -> None:
    for mode in document["response_modes_supported"]:
        browser.open(rp.url(response_mode=mode))
        assert set(rp.answer(browser)) == {"code", "state", "session_state", "iss"}, mode
        way, _, secured = mode.partition(".")
        assert ("#" in browser.hops[-1], "data-submit" in browser.text) == (way == "fragment", way == "form_post")
        told = f"{browser.hops[-1]} {browser.text}"
        assert ("response=" in told or 'name="response"' in told) is ("jwt" in (way, secured)), mode


def test_every_authentication_method(
    sso: SingleSignOn, register: Callable[..., RelyingParty], browser: Browser, document: dict[str, list[str]]
) -> None:
    key = key_for("ES256", "one")
    for number, method in enumerate(document["token_endpoint_auth_methods_supported"]):
        keys = {"jwks": jwk_set(key)} if method == "private_key_jwt" else {}
        rp = register(f"c{number}", token_endpoint_auth_method=method, **keys)
        claims = assertion_claims(rp.client_id, sso.clock.now())
        fields: dict[str, str | None] = {"client_secret": rp.secret if method.endswith(("basic", "post")) else None}
        if method == "private_key_jwt":
            fields |= assertion_fields(signed(claims, key))
        if method == "client_secret_jwt":
            fields |= assertion_fields(signed_by_secret(claims, rp.secret))
        assert rp.redeem(rp.code(browser), **fields).status_int == 200, method


def test_every_algorithm_of_assertions(sso: SingleSignOn, document: dict[str, list[str]]) -> None:
    machine = {"grant_types": ["client_credentials"], "response_types": [], "scope": "all"}
    for algorithm in document["token_endpoint_auth_signing_alg_values_supported"]:
        client_id, by_secret = f"machine-{algorithm}", algorithm == "HS256"
        method = "client_secret_jwt" if by_secret else "private_key_jwt"
        keys = {} if by_secret else {"jwks": jwk_set(key_for(algorithm, algorithm))}
        own = {"token_endpoint_auth_method": method, "token_endpoint_auth_signing_alg": algorithm, **keys}
        secret = sso.add_client(client_id, **machine, **own)
        claims = assertion_claims(client_id, sso.clock.now())
        assertion = (
            signed_by_secret(claims, secret) if by_secret else signed(claims, key_for(algorithm, algorithm), algorithm)
        )
        fields = {"grant_type": "client_credentials", **assertion_fields(assertion)}
        answer = webtest.TestApp(sso.world).post(document["token_endpoint"], fields, status="*")
        assert answer.status_int == 200, (algorithm, answer.text)


def decoded_by(keys: KeySet, token: str, algorithm: str) -> jwt.Token:
    """The token, verified. EdDSA has a newer name, of which the library warns."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "EdDSA is deprecated", SecurityWarning)
        return jwt.decode(token, keys, algorithms=[algorithm])


def test_every_signing_algorithm_verifies_by_the_published_keys(
    sso: SingleSignOn, register: Callable[..., RelyingParty], browser: Browser, document: dict[str, list[str]]
) -> None:
    for algorithm in document["id_token_signing_alg_values_supported"]:
        rp = register(algorithm.lower(), id_token_signed_response_alg=algorithm)
        token = rp.redeem(rp.code(browser)).json["id_token"]
        keys = KeySet.import_key_set(webtest.TestApp(sso.world).get(f"{PORTAL}/o/jwks/").json)
        decoded = decoded_by(keys, token, algorithm)
        assert decoded.header["alg"] == algorithm
        assert decoded.claims["nonce"] == "the-nonce"
        assert decoded.claims["aud"] == rp.client_id
        assert decoded.claims["iss"] == PORTAL
        assert decoded.claims["auth_time"] == sso.clock.now()
        assert decoded.claims["exp"] == sso.clock.now() + 600
        assert set(decoded.claims) <= set(document["claims_supported"]) | {"iss", "aud", "exp", "iat"}


def test_every_scope_and_claim(
    sso: SingleSignOn, register: Callable[..., RelyingParty], browser: Browser, document: dict[str, list[str]]
) -> None:
    with sso.portal.transaction() as unit:
        zp = unit.users.set_roles(unit.users.by_username("zp"), ["tester"])
        unit.users.set_profile(zp, WHOLE_PROFILE)
    scope = " ".join(document["scopes_supported"])
    hybrid = {"grant_types": ["authorization_code", "implicit"], "response_types": ["code id_token"]}
    rp = register("all", scope=scope, **hybrid)
    browser.open(rp.url(response_type="code id_token", scope=scope))
    answer = rp.answer(browser)
    tokens = rp.redeem(answer["code"]).json
    assert tokens["scope"] == scope
    claims = rp.userinfo(tokens["access_token"]).json
    in_id_tokens = {*rp.claims(answer["id_token"]), *rp.claims(tokens["id_token"])}
    assert set(claims) | in_id_tokens == set(document["claims_supported"])


def test_a_refreshed_id_token_keeps_subject_and_auth_time_and_has_no_nonce(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser
) -> None:
    first = rp.redeem(rp.code(browser)).json
    sso.clock.advance(500)
    second = rp.refresh(first["refresh_token"]).json
    keys = KeySet.import_key_set(webtest.TestApp(sso.world).get(f"{PORTAL}/o/jwks/").json)
    old, new = (jwt.decode(tokens["id_token"], keys).claims for tokens in (first, second))
    for name in ("iss", "sub", "aud", "auth_time", "sid"):
        assert old[name] == new[name]
    assert new["iat"] == old["iat"] + 500
    assert "nonce" not in new


def test_keys_that_were_rotated_still_verify(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    token = rp.redeem(rp.code(browser)).json["id_token"]
    with sso.portal.transaction() as unit:
        unit.keys.rotate()
    published = webtest.TestApp(sso.world).get(f"{PORTAL}/o/jwks/").json
    assert len(published["keys"]) == 12
    keys = KeySet.import_key_set(published)
    renewed = rp.redeem(rp.code(browser)).json["id_token"]
    assert jwt.decode(token, keys).header["kid"] != jwt.decode(renewed, keys).header["kid"]
