"""JWTs of which something is wrong, each made for a client from claims that would be good."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from sso_testkit.clients import signed
from tests.support.hostile.clients_of_every_kind import KEY

Claims = Mapping[str, Any]


def part(value: object) -> str:
    """One part of a compact token."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unsigned(header: object, claims: object, signature: bytes = b"") -> str:
    return f"{part(header)}.{part(claims)}.{part(signature)}"


def _over_public_key(claims: Claims) -> str:
    head = f"{part({'alg': 'HS256', 'kid': KEY.kid})}.{part(dict(claims))}"
    public = json.dumps(KEY.as_dict(private=False)).encode()
    return f"{head}.{part(hmac.new(public, head.encode(), hashlib.sha256).digest())}"


def _deep(claims: Claims) -> str:
    return signed(b"[" * 5_000, KEY)


FORGERIES: Mapping[str, Callable[[Claims], str]] = {
    "alg none": lambda claims: _unsigned({"alg": "none"}, dict(claims)),
    "alg NONE": lambda claims: _unsigned({"alg": "NONE", "typ": "JWT"}, dict(claims)),
    "alg in Chinese": lambda claims: _unsigned({"alg": '"算法\\\n'}, dict(claims), b"x"),
    "alg is a list": lambda claims: _unsigned({"alg": ["ES256"]}, dict(claims), b"x"),
    "HMAC over the public key": _over_public_key,
    "unknown kid": lambda claims: signed(dict(claims), KEY, kid="../../etc/passwd"),
    "kid is an object": lambda claims: _unsigned({"alg": "ES256", "kid": {"a": 1}}, dict(claims), b"x" * 64),
    "wrong typ": lambda claims: signed(dict(claims), KEY, typ="logout+jwt"),
    "typ is a number": lambda claims: _unsigned({"alg": "ES256", "typ": 1}, dict(claims), b"x" * 64),
    "crit": lambda claims: _unsigned({"alg": "ES256", "crit": ["b64"], "b64": False}, dict(claims), b"x" * 64),
    "aud is a list": lambda claims: signed({**claims, "aud": [claims["aud"], "https://other.example/"]}, KEY),
    "aud is a number": lambda claims: signed({**claims, "aud": 5}, KEY),
    "nbf in the future": lambda claims: signed({**claims, "nbf": claims["iat"] + 10_000}, KEY),
    "expired": lambda claims: signed({**claims, "exp": claims["iat"] - 10_000}, KEY),
    "exp beyond numbers": lambda claims: signed({**claims, "exp": 10**400}, KEY),
    "exp infinite": lambda _claims: signed(b'{"exp": 1e999}', KEY),
    "a JWT in a JWT": lambda claims: signed(signed(dict(claims), KEY).encode(), KEY, cty="JWT"),
    "a request in a request": lambda claims: signed({**claims, "request": "e30.e30.", "request_uri": "https://x"}, KEY),
    "odd names": lambda claims: signed({**claims, '名"\\\x00': ["x"], "scope": [1], "claims": "{"}, KEY),
    "sub is a list": lambda claims: signed({**claims, "sub": [claims["sub"]], "iss": {}}, KEY),
    "no JSON": lambda _claims: signed(b"\xff\xfe\x00", KEY),
    "deep JSON": _deep,
    "a list": lambda claims: signed([dict(claims)], KEY),
    "of 12 kB": lambda claims: signed({**claims, "x": "x" * 9_000}, KEY),
    "of 100 kB": lambda _claims: "e30." + "x" * 100_000 + ".e30",
    "five parts": lambda claims: signed(dict(claims), KEY) + ".a.b",
    "dots": lambda _claims: "..",
    "not base64": lambda _claims: "密.=.*",
}
