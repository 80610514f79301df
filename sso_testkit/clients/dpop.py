"""A key that a client proves to have, and the proofs that it makes (RFC 9449).

key = DpopKey(sso)
tokens = shop.exchange(code, dpop=key).expect_tokens()
shop.userinfo(tokens.access_token, dpop=key)
"""

from __future__ import annotations

import base64
import hashlib
from itertools import count
from typing import Any

import webtest

from sso_testkit.clients.jwts import signed
from sso_testkit.clients.keys import key_for
from sso_testkit.clients.names import TOKEN_ENDPOINT, USERINFO_ENDPOINT
from sso_testkit.relying_party.surroundings import Surroundings

_numbers = count(1)


def access_token_hash(access_token: str) -> str:
    """The member ``ath`` of a proof (RFC 9449, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(access_token.encode()).digest()).decode().rstrip("=")


class DpopKey:
    """A key pair, and in ``nonce`` the newest nonce that the portal has told its owner."""

    def __init__(self, sso: Surroundings, name: str = "dpop", algorithm: str = "ES256") -> None:
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
        """By which a token names the key: ``jkt`` (RFC 9449, section 6.1)."""
        return str(self.key.thumbprint())

    def claims(self, method: str = "POST", address: str = TOKEN_ENDPOINT, **changes: Any) -> dict[str, Any]:
        """What a good proof says, with members changed, added or left out (``None``)."""
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
        """The same, knowing a nonce that is good now, without having asked for one."""
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
        """Ask who a token that is bound to this key stands for (RFC 9449, section 7.1)."""
        for _ in range(2):
            proof = self.proof(self.claims("GET", USERINFO_ENDPOINT, ath=access_token_hash(access_token)))
            headers = {"Authorization": f"DPoP {access_token}", "DPoP": proof}
            answer = http.get(USERINFO_ENDPOINT, headers=headers, status="*")
            self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
            if "use_dpop_nonce" not in answer.headers.get("WWW-Authenticate", ""):
                break
        return answer
