"""Everything that only looks like a DPoP proof (RFC 9449, section 4.3)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey

from sso_testkit import SingleSignOn
from sso_testkit.clients import DpopKey, signed
from sso_testkit.sso import PORTAL
from tests.support.machine_with_proofs import ask, key, refused, sso

__all__ = ["key", "sso"]


def _weak(key: DpopKey) -> str:
    small = RSAKey.generate_key(1024)
    return signed(key.claims(), small, "RS256", typ="dpop+jwt", jwk=small.as_dict(private=False), kid=None)


def _padded(key: DpopKey) -> str:
    small = RSAKey.generate_key(1024)
    public = small.as_dict(private=False)
    number = base64.urlsafe_b64decode(str(public["n"]) + "==")
    public["n"] = base64.urlsafe_b64encode(bytes(200) + number).rstrip(b"=").decode()
    return signed(key.claims(), small, "RS256", typ="dpop+jwt", jwk=public, kid=None)


def _by_secret(key: DpopKey) -> str:
    secret = OctKey.import_key("a secret that everybody can read in the header")
    return signed(key.claims(), secret, "HS256", typ="dpop+jwt", jwk=secret.as_dict(), kid=None)


def _part(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _unsigned(key: DpopKey) -> str:
    return f"{_part({'typ': 'dpop+jwt', 'alg': 'none', 'jwk': key.public})}.{_part(key.claims())}."


def _swapped(key: DpopKey) -> str:
    """Somebody else's claims under this signature."""
    head, _, signature = key.proof().split(".")
    return f"{head}.{_part(key.claims())}.{signature}"


HOSTILE: dict[str, Callable[[DpopKey], str]] = {
    "empty": lambda _: "",
    "no JWT": lambda _: "nonsense",
    "not ASCII": lambda key: f"{key.proof()}\xfc",
    "two headers": lambda key: f"{key.proof()}, {key.proof()}",
    "two headers, one empty": lambda key: f"{key.proof()},",
    "another typ": lambda key: key.proof(typ="JWT"),
    "typ in capitals": lambda key: key.proof(typ="DPOP+JWT"),
    "no typ": lambda key: key.proof(typ=None),
    "typ of a strange type": lambda key: f"{_part({'typ': ['dpop+jwt'], 'alg': 'ES256'})}.{_part({})}.AA",
    "unsigned": _unsigned,
    "by a secret": _by_secret,
    "no key": lambda key: key.proof(jwk=None),
    "a key by address": lambda key: key.proof(jwk=None, jku=f"{PORTAL}/o/jwks/"),
    "another key": lambda key: key.proof(jwk=DpopKey(key.sso, "other").public),
    "a private key": lambda key: key.proof(jwk=dict(key.key.as_dict(private=True))),
    "a key of another kind": lambda key: key.proof(jwk=DpopKey(key.sso, "rsa", "RS256").public),
    "a key on another curve": lambda key: key.proof(jwk={**key.public, "crv": "P-384"}),
    "a key that is no point": lambda key: key.proof(jwk={**key.public, "x": "AAAA"}),
    "a weak key": _weak,
    "a weak key that looks long": _padded,
    "critical members": lambda key: (
        f"{_part({'typ': 'dpop+jwt', 'alg': 'ES256', 'crit': ['a'], 'a': 1})}.{_part({})}.A"
    ),
    "changed": lambda key: f"{key.proof()[:-6]}AAAAAA",
    "other claims": _swapped,
    "no claims": lambda key: key.proof([]),
    "no JSON": lambda key: key.proof(b"\xff\xfe"),
    "not a number of JSON": lambda key: key.proof(b'{"iat": NaN}'),
    "nested": lambda key: key.proof(b'{"a":' * 1500 + b"1" + b"}" * 1500),
    "huge": lambda key: key.proof(key.claims(extra="x" * 9000)),
    "encrypted": lambda _: "a.b.c.d.e",
}


@pytest.mark.filterwarnings("ignore:Key size should be")
@pytest.mark.parametrize("name", HOSTILE)
def test_what_only_looks_like_a_proof(sso: SingleSignOn, key: DpopKey, name: str) -> None:
    refused(ask(sso, HOSTILE[name](key)))
