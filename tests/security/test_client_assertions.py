"""Clients that prove themselves by a JWT: each rule of its claims, at every endpoint for clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.clients import assertion_claims, assertion_fields, jwk_set, signed
from sso_testkit.clients.names import TOKEN_ENDPOINT
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from tests.support.machine_with_assertions import KEY, ask, good, refused, sso

__all__ = ["sso"]

GOOD: list[dict[str, Any]] = [
    {},
    {"aud": PORTAL},
    {"aud": TOKEN_ENDPOINT},
    {"aud": TOKEN_ENDPOINT.rstrip("/")},
    {"aud": [TOKEN_ENDPOINT]},
    {"aud": ["https://elsewhere.example/", PORTAL]},
    {"iat": None},
    {"exp": -4},
    {"exp": 3600},
    {"exp": 59.5},
    {"iat": 60},
    {"nbf": 60},
    {"nbf": -1000},
    {"iat": -100_000},
    {"jti": "x" * 256},
    {"jti": "密 🛒"},
    {"extra": {"deep": [1, 2, 3]}},
]


@pytest.mark.parametrize("changes", GOOD, ids=str)
def test_a_good_assertion(sso: SingleSignOn, changes: dict[str, Any]) -> None:
    assert ask(sso, assertion_fields(signed(timed(sso, changes), KEY))).status_int == 200


def timed(sso: SingleSignOn, changes: dict[str, Any]) -> dict[str, Any]:
    """Times in the tables are counted from now."""
    now = sso.clock.now()
    numbers = {n: now + v for n, v in changes.items() if n in {"exp", "nbf", "iat"} and type(v) in {int, float}}
    return good(sso, **{**changes, **numbers})


BAD: list[tuple[dict[str, Any], str]] = [
    ({"iss": None}, "iss"),
    ({"iss": "plain"}, "iss"),
    ({"iss": ["keyed"]}, "iss"),
    ({"sub": None}, "sub"),
    ({"sub": ["keyed"]}, "sub"),
    ({"sub": {"a": "keyed"}}, "sub"),
    ({"sub": ""}, "sub"),
    ({"sub": "nobody", "iss": "nobody"}, "no client"),
    ({"aud": None}, "aud"),
    ({"aud": ""}, "aud"),
    ({"aud": []}, "aud"),
    ({"aud": 5}, "aud"),
    ({"aud": [PORTAL, 5]}, "aud"),
    ({"aud": [[PORTAL]]}, "aud"),
    ({"aud": {PORTAL: 1}}, "aud"),
    ({"aud": "https://elsewhere.example/"}, "aud"),
    ({"aud": f"{PORTAL}/"}, "aud"),
    ({"aud": f"{TOKEN_ENDPOINT}/"}, "aud"),
    ({"aud": f"{TOKEN_ENDPOINT}?x=1"}, "aud"),
    ({"aud": TOKEN_ENDPOINT.upper()}, "aud"),
    ({"aud": f"{PORTAL}/o/revoke/"}, "aud"),
    ({"exp": None}, "exp"),
    ({"exp": -5}, "exp"),
    ({"exp": 3601}, "exp"),
    ({"exp": 10**400}, "exp"),
    ({"exp": "tomorrow"}, "exp"),
    ({"exp": True}, "exp"),
    ({"exp": [1]}, "exp"),
    ({"iat": 61}, "iat"),
    ({"iat": "now"}, "iat"),
    ({"nbf": 61}, "nbf"),
    ({"nbf": {}}, "nbf"),
    ({"jti": None}, "jti"),
    ({"jti": ""}, "jti"),
    ({"jti": 5}, "jti"),
    ({"jti": ["a"]}, "jti"),
    ({"jti": "x" * 257}, "jti"),
]


@pytest.mark.parametrize(("changes", "word"), BAD, ids=[f"{changes} {word}"[:60] for changes, word in BAD])
def test_each_rule_of_the_claims(sso: SingleSignOn, changes: dict[str, Any], word: str) -> None:
    assert word in refused(ask(sso, assertion_fields(signed(timed(sso, changes), KEY))))


def test_a_refusal_says_what_would_have_passed(sso: SingleSignOn) -> None:
    description = refused(ask(sso, assertion_fields(signed(good(sso, aud="x"), KEY))))
    for audience in (PORTAL, TOKEN_ENDPOINT, TOKEN_ENDPOINT.rstrip("/")):
        assert audience in description.replace(",", " ").rstrip(".").split()


def test_every_endpoint_s_own_address_will_do_there(sso: SingleSignOn) -> None:
    http = webtest.TestApp(sso.world)
    for path in ("/o/introspect/", "/o/introspect", "/o/revoke/", "/o/revoke"):
        for audience in (PORTAL, TOKEN_ENDPOINT, f"{PORTAL}{path}", f"{PORTAL}{path.rstrip('/')}/"):
            fields = {"token": "x", **assertion_fields(signed(good(sso, aud=audience), KEY))}
            assert http.post(f"{PORTAL}{path}", fields, status="*").status_int == 200, (path, audience)
        fields = {"token": "x", **assertion_fields(signed(good(sso, aud=f"{PORTAL}/o/userinfo/"), KEY))}
        description = refused(http.post(f"{PORTAL}{path}", fields, status="*"))
        assert f"{PORTAL}{path}" in description


def test_the_people_s_grants_take_assertions_too(register: Callable[..., RelyingParty], browser: Any) -> None:
    rp = register("rp-with-key", token_endpoint_auth_method="private_key_jwt", jwks=jwk_set(KEY))
    code = rp.code(browser)
    now = rp.sso.clock.now()
    fields = {"client_secret": None, "client_id": None}
    answer = rp.redeem(code, **fields, **assertion_fields(signed(assertion_claims("rp-with-key", now), KEY)))
    assert answer.status_int == 200, answer.text
    refresh = answer.json["refresh_token"]
    assert (
        rp.refresh(refresh, **fields, **assertion_fields(signed(assertion_claims("rp-with-key", now), KEY))).status_int
        == 200
    )
