"""The checks of an id_token (OpenID Connect Core 1.0 section 3.1.3.7), in the order of the specification."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from sso_client.clock import Clock
from sso_client.errors import IdTokenRefused
from sso_client.hashing import base64url
from sso_client.keys import Keys
from sso_client.signed_token import (
    LEEWAY_SECONDS,
    TokenFault,
    check_audience,
    check_issuer,
    check_times,
    open_signed,
    time_claim,
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What an id_token has to say. `max_age` in seconds when the site asked for one, else None."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    max_age: int | None = None


class IdTokenChecks:
    """Checks id_tokens against the portal's keys and the clock."""

    def __init__(self, keys: Keys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    def claims(self, id_token: str, expected: Expected) -> dict[str, Any]:
        """Return the claims of `id_token` when every check passes.

        Raises IdTokenRefused, naming the first check that failed; PortalUnavailable when keys cannot be fetched.
        """
        try:
            return self._checked(id_token, expected)
        except TokenFault as fault:
            raise IdTokenRefused(fault.check, fault.reason) from fault

    def _checked(self, id_token: str, expected: Expected) -> dict[str, Any]:
        token = open_signed(id_token, self._keys)
        claims = token.claims
        check_issuer(claims, expected.issuer)
        check_audience(claims, expected.client_id)
        check_times(claims, self._clock.now())
        self._check_age(claims, expected.max_age)
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not _same(nonce, expected.nonce):
            raise TokenFault("nonce", "made for another attempt")
        if "at_hash" in claims:
            _check_access_token_hash(claims["at_hash"], expected.access_token, token.algorithm)
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise TokenFault("sub", "no subject")
        return claims

    def _check_age(self, claims: dict[str, Any], max_age: int | None) -> None:
        if max_age is not None and time_claim(claims, "auth_time") < self._clock.now() - max_age - LEEWAY_SECONDS:
            raise TokenFault("auth_time", "the person signed in longer ago than asked for")


def _check_access_token_hash(at_hash: object, access_token: str, algorithm: str) -> None:
    """OpenID Connect Core section 3.1.3.6: the left half of the hash that the signature uses; Ed25519 uses SHA-512."""
    digest = hashlib.new("sha512" if algorithm == "EdDSA" else "sha256", access_token.encode()).digest()
    if not isinstance(at_hash, str) or not _same(at_hash, base64url(digest[: len(digest) // 2])):
        raise TokenFault("at_hash", "came with another access token")


def _same(given: str, expected: str) -> bool:
    return compare_digest(given.encode("utf-8", "replace"), expected.encode())
