"""Each rule of a DPoP proof (RFC 9449, section 4.3)."""

from __future__ import annotations

from typing import Any

import pytest
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.clients import DpopKey, key_for
from sso_testkit.clients.names import TOKEN_ENDPOINT, USERINFO_ENDPOINT
from tests.support.machine_with_proofs import FORM, ask, key, refused, sso

__all__ = ["key", "sso"]


def timed(sso: SingleSignOn, changes: dict[str, Any]) -> dict[str, Any]:
    """Times in the tables are counted from now."""
    iat = changes.get("iat")
    return {**changes, "iat": sso.clock.now() + iat} if type(iat) in {int, float} else changes


GOOD: list[dict[str, Any]] = [
    {},
    {"htu": TOKEN_ENDPOINT.rstrip("/")},
    {"htu": f"{TOKEN_ENDPOINT}?a=b#c"},
    {"htu": TOKEN_ENDPOINT.replace("https://", "HTTPS://").replace("http://", "HTTP://")},
    {"htu": TOKEN_ENDPOINT.replace("/o/", "/x/../o/")},
    {"htu": TOKEN_ENDPOINT.replace("token", "tok%65n")},
    {"iat": -300},
    {"iat": 60},
    {"iat": -0.5},
    {"jti": "x" * 256},
    {"jti": "密 🛒"},
    {"ath": "of no token"},
    {"extra": {"deep": [1, 2]}},
]


@pytest.mark.parametrize("changes", GOOD, ids=str)
def test_a_good_proof(sso: SingleSignOn, key: DpopKey, changes: dict[str, Any]) -> None:
    answer = ask(sso, key.proof(key.claims(**timed(sso, changes))))
    assert (answer.status_int, answer.json["token_type"]) == (200, "DPoP"), answer.text
    assert answer.headers["DPoP-Nonce"]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"htm": "GET"}, "htm"),
    ({"htm": "post"}, "htm"),
    ({"htm": None}, "htm"),
    ({"htm": ["POST"]}, "htm"),
    ({"htu": None}, "htu"),
    ({"htu": 5}, "htu"),
    ({"htu": [TOKEN_ENDPOINT]}, "htu"),
    ({"htu": ""}, "htu"),
    ({"htu": USERINFO_ENDPOINT}, "htu"),
    ({"htu": f"{TOKEN_ENDPOINT}/"}, "htu"),
    ({"htu": "/o/token/"}, "htu"),
    ({"htu": "https://elsewhere.example/o/token/"}, "htu"),
    ({"htu": TOKEN_ENDPOINT.replace("://", "://somebody@")}, "htu"),
    ({"htu": TOKEN_ENDPOINT.replace("/o/", "/O/")}, "htu"),
    ({"htu": f"{TOKEN_ENDPOINT}%zz"}, "htu"),
    ({"htu": "http://["}, "htu"),
    ({"htu": f"{TOKEN_ENDPOINT}?{'x' * 3000}"}, "htu"),
    ({"iat": None}, "iat"),
    ({"iat": "now"}, "iat"),
    ({"iat": True}, "iat"),
    ({"iat": [1]}, "iat"),
    ({"iat": -301}, "too old"),
    ({"iat": -3600}, "3600 seconds"),
    ({"iat": 61}, "61 seconds ahead"),
    ({"iat": 10**400}, "ahead"),
    ({"jti": None}, "jti"),
    ({"jti": ""}, "jti"),
    ({"jti": 5}, "jti"),
    ({"jti": ["x"]}, "jti"),
    ({"jti": "x" * 257}, "256"),
    ({"nonce": 5}, "nonce"),
]


@pytest.mark.parametrize(("changes", "word"), BAD, ids=str)
def test_a_bad_claim(sso: SingleSignOn, key: DpopKey, changes: dict[str, Any], word: str) -> None:
    timely = changes if changes.get("iat") == 10**400 else timed(sso, changes)
    assert word in refused(ask(sso, key.proof(key.claims(**timely))))


def test_the_address_is_the_portal_s_own_whatever_host_was_called(sso: SingleSignOn, key: DpopKey) -> None:
    proof = key.proof(key.claims(htu="https://elsewhere.example/o/token/"))
    headers = {"DPoP": proof, "X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "https"}
    assert "htu" in refused(webtest.TestApp(sso.world).post(TOKEN_ENDPOINT, FORM, headers=headers, status="*"))


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256", "EdDSA"])
def test_every_algorithm(sso: SingleSignOn, algorithm: str) -> None:
    key = DpopKey(sso, f"of {algorithm}", algorithm).fresh()
    assert ask(sso, key.proof()).json["token_type"] == "DPoP"
    assert key_for(algorithm, f"of {algorithm}") is key.key
