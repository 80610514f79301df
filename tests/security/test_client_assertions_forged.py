"""Everything that only looks like a client's JWT: unsigned, signed by others, of another type, endless."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import OctKey

from sso_testkit import SingleSignOn
from sso_testkit.clients import assertion_fields, key_for, signed
from sso_testkit.refusals import error_of
from tests.support.machine_with_assertions import KEY, RSA, ask, good, refused, sso

__all__ = ["sso"]


def raw(header: object, payload: object, signature: str = "") -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, payload)]
    return ".".join([*parts, signature])


def public_pem() -> str:
    return str(RSA.as_pem(private=False).decode())


def by_hand(claims: dict[str, Any], secret: str) -> str:
    """HS256 with anything as the key: the library would not do it."""
    unsigned = raw({"alg": "HS256", "typ": "JWT"}, claims).rpartition(".")[0]
    digest = hmac.digest(secret.encode(), unsigned.encode(), "sha256")
    return f"{unsigned}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


Forge = Callable[[dict[str, Any]], str]
FORGED: dict[str, tuple[Forge, str]] = {
    "not signed": (lambda claims: raw({"alg": "none"}, claims), "'none'"),
    "alg missing": (lambda claims: raw({}, claims, "x"), "three parts|signed with"),
    "alg a list": (lambda claims: raw({"alg": ["ES256"]}, claims, "x"), "three parts|signed with"),
    "nobody's key": (lambda claims: signed(claims, key_for("ES256", "stranger")), "no registered key"),
    "our kid, another's key": (lambda claims: signed(claims, key_for("ES256", "stranger"), kid="one"), "signature"),
    "unknown kid": (lambda claims: signed(claims, KEY, kid="two"), "no registered key"),
    "kid of the other key": (lambda claims: signed(claims, KEY, kid="rsa"), "no registered key"),
    "kid a number": (lambda claims: raw({"alg": "ES256", "kid": 1}, claims, "AAAA"), "three parts|key"),
    "HS256 with the public key": (lambda claims: by_hand(claims, public_pem()), "'HS256'"),
    "HS256 with nothing": (lambda claims: signed(claims, OctKey.import_key("x" * 32), "HS256"), "'HS256'"),
    "an algorithm that is not offered": (lambda claims: signed(claims, RSA, "RS512"), "'RS512'"),
    "typ of an access token": (lambda claims: signed(claims, KEY, typ="at+jwt"), "typ"),
    "typ of a logout token": (lambda claims: signed(claims, KEY, typ="logout+jwt"), "typ"),
    "crit": (
        lambda claims: raw({"alg": "ES256", "crit": ["b64"], "b64": False}, claims, "x"),
        "three parts|crit|JSON object",
    ),
    "another's claims": (lambda claims: swapped(signed(claims, KEY), {**claims, "jti": "another"}), "signature"),
    "no signature": (lambda claims: signed(claims, KEY).rpartition(".")[0] + ".", "signature"),
    "a JWT in a JWT": (lambda claims: signed(signed(claims, KEY).encode(), KEY, cty="JWT"), "JSON object"),
    "five parts": (lambda claims: signed(claims, KEY) + ".a.b", "three parts"),
    "two parts": (lambda claims: signed(claims, KEY).rpartition(".")[0], "three parts"),
    "a list": (lambda claims: signed([claims], KEY), "JSON object"),
    "no JSON": (lambda _claims: signed(b"\xff\xfe", KEY), "JSON object"),
    "deep": (lambda _claims: signed(b"[" * 5_000, KEY), "JSON object"),
    "NaN": (lambda claims: signed(json.dumps({**claims, "exp": float("nan")}).encode(), KEY), "JSON object"),
    "infinite": (lambda claims: signed(b'{"exp": 1e999}', KEY), "JSON object"),
    "endless": (lambda claims: signed({**claims, "x": "x" * 20_000}, KEY), "longer than"),
    "words": (lambda _claims: "let me in", "three parts"),
    "not ASCII": (lambda _claims: "密.密.密", "three parts"),
    "dots": (lambda _claims: "..", "three parts"),
}


def swapped(token: str, claims: dict[str, Any]) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{raw({}, claims).split('.')[1]}.{signature}"


@pytest.mark.parametrize("name", FORGED)
def test_what_only_looks_like_an_assertion(sso: SingleSignOn, name: str) -> None:
    forge, words = FORGED[name]
    description = refused(ask(sso, assertion_fields(forge(good(sso)))))
    assert any(word in description for word in words.split("|")), description


def test_a_megabyte(sso: SingleSignOn) -> None:
    assert error_of(ask(sso, assertion_fields("x" * 1_000_000)), 413) == "invalid_request"
    assert "longer than" in refused(ask(sso, assertion_fields("x" * 60_000)))


@pytest.mark.parametrize("kind", ["JWT", "jwt", "client-authentication+jwt", None])
def test_the_types_of_an_assertion(sso: SingleSignOn, kind: str | None) -> None:
    assert ask(sso, assertion_fields(signed(good(sso), KEY, typ=kind))).status_int == 200
