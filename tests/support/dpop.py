"""A key that a client proves to have (RFC 9449), and the proofs that it makes."""

from __future__ import annotations

import base64
import hashlib
from itertools import count
from typing import Any

import webtest

from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL
from tests.support.assertions import key_for, signed

TOKEN = f"{PORTAL}/o/token/"
USERINFO = f"{PORTAL}/o/userinfo/"

_numbers = count(1)


def hash_of(access_token: str) -> str:
    """The member ``ath`` of a proof."""
    return base64.urlsafe_b64encode(hashlib.sha256(access_token.encode()).digest()).decode().rstrip("=")


class DpopKey:
    """A key pair, and the newest nonce that the portal has told its owner."""

    def __init__(self, sso: SingleSignOn, name: str = "dpop", algorithm: str = "ES256") -> None:
        """The same key for the same ``name`` and algorithm."""
        self.sso = sso
        self.algorithm = algorithm
        self.key = key_for(algorithm, name)
        self.nonce: str | None = None

    @property
    def public(self) -> dict[str, Any]:
        """The public part, as it stands in a proof."""
        return {name: value for name, value in self.key.as_dict(private=False).items() if name not in {"kid", "use"}}

    @property
    def thumbprint(self) -> str:
        """By which a token names the key."""
        return str(self.key.thumbprint())

    def claims(self, method: str = "POST", address: str = TOKEN, **changes: Any) -> dict[str, Any]:
        """What a good proof says, with members changed or left out (``None``)."""
        claims = {
            "htm": method,
            "htu": address,
            "iat": self.sso.clock.now(),
            "jti": f"proof {next(_numbers)}",
            "nonce": self.nonce,
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def proof(self, claims: Any = None, **header: Any) -> str:
        """A proof with these claims (those of a good one for the token endpoint), its header changed."""
        named = {"typ": "dpop+jwt", "jwk": self.public, "kid": None, **header}
        return signed(self.claims() if claims is None else claims, self.key, self.algorithm, **named)

    def fresh(self) -> DpopKey:
        """The same, knowing a nonce that is good now."""
        self.nonce = self.sso.portal.dpop_nonces.fresh()
        return self

    def call(self, http: webtest.TestApp, address: str, fields: dict[str, str]) -> webtest.TestResponse:
        """POST a form with a proof, and again when a nonce is asked for: what every library does."""
        for _ in range(2):
            headers = {"DPoP": self.proof(self.claims("POST", address))}
            answer = http.post(address, fields, headers=headers, status="*")
            self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
            if answer.status_int == 200 or answer.json.get("error") != "use_dpop_nonce":
                break
        return answer

    def userinfo(self, http: webtest.TestApp, access_token: str) -> webtest.TestResponse:
        """Ask who a token that is bound to this key stands for."""
        for _ in range(2):
            proof = self.proof(self.claims("GET", USERINFO, ath=hash_of(access_token)))
            answer = http.get(USERINFO, headers={"Authorization": f"DPoP {access_token}", "DPoP": proof}, status="*")
            self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
            if "use_dpop_nonce" not in answer.headers.get("WWW-Authenticate", ""):
                break
        return answer
