"""Clients that prove themselves by a JWT: each rule of its claims, at every endpoint for clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL
from tests.support.assertions import TOKEN, claims_for, jwk_set, proof, signed
from tests.support.machine_with_assertions import KEY, ask, good, refused, sso
from tests.support.relying_party import RelyingParty

__all__ = ["sso"]

GOOD: list[dict[str, Any]] = [
    {},
    {"aud": PORTAL},
    {"aud": TOKEN},
    {"aud": TOKEN.rstrip("/")},
    {"aud": [TOKEN]},
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
    assert ask(sso, proof(signed(timed(sso, changes), KEY))).status_int == 200


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
    ({"aud": f"{TOKEN}/"}, "aud"),
    ({"aud": f"{TOKEN}?x=1"}, "aud"),
    ({"aud": TOKEN.upper()}, "aud"),
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
    assert word in refused(ask(sso, proof(signed(timed(sso, changes), KEY))))


def test_a_refusal_says_what_would_have_passed(sso: SingleSignOn) -> None:
    description = refused(ask(sso, proof(signed(good(sso, aud="x"), KEY))))
    for audience in (PORTAL, TOKEN, TOKEN.rstrip("/")):
        assert audience in description.replace(",", " ").rstrip(".").split()


def test_every_endpoint_s_own_address_will_do_there(sso: SingleSignOn) -> None:
    http = webtest.TestApp(sso.world)
    for path in ("/o/introspect/", "/o/introspect", "/o/revoke/", "/o/revoke"):
        for audience in (PORTAL, TOKEN, f"{PORTAL}{path}", f"{PORTAL}{path.rstrip('/')}/"):
            fields = {"token": "x", **proof(signed(good(sso, aud=audience), KEY))}
            assert http.post(f"{PORTAL}{path}", fields, status="*").status_int == 200, (path, audience)
        fields = {"token": "x", **proof(signed(good(sso, aud=f"{PORTAL}/o/userinfo/"), KEY))}
        description = refused(http.post(f"{PORTAL}{path}", fields, status="*"))
        assert f"{PORTAL}{path}" in description


def test_the_people_s_grants_take_assertions_too(register: Callable[..., RelyingParty], browser: Any) -> None:
    rp = register("rp-with-key", token_endpoint_auth_method="private_key_jwt", jwks=jwk_set(KEY))
    code = rp.code(browser)
    now = rp.sso.clock.now()
    fields = {"client_secret": None, "client_id": None}
    answer = rp.redeem(code, **fields, **proof(signed(claims_for("rp-with-key", now), KEY)))
    assert answer.status_int == 200, answer.text
    refresh = answer.json["refresh_token"]
    assert rp.refresh(refresh, **fields, **proof(signed(claims_for("rp-with-key", now), KEY))).status_int == 200
