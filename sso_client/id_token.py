"""The checks of an id_token (OpenID Connect Core 1.0 section 3.1.3.7), in the order of the specification."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel

from sso_client.clock import Clock
from sso_client.errors import IdTokenRefused
from sso_client.hashing import base64url
from sso_client.json_answer import read_object
from sso_client.keys import Keys

ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA")
"""Signatures that are accepted. Never `none`, and never HMAC: whoever knows the public key could sign with it."""

LEEWAY_SECONDS = 60
"""How far the clocks of portal and site may be apart."""


class _OneAlgorithm(jws.JWSRegistry):
    """Exactly one algorithm, without the library's warning that RFC 9864 has a newer name for EdDSA."""

    def get_alg(self, name: str) -> JWSAlgModel:
        return self.algorithms["EdDSA"] if [name] == self.allowed == ["EdDSA"] else super().get_alg(name)


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
        claims, algorithm = self._signed_claims(id_token)
        if claims.get("iss") != expected.issuer:
            raise IdTokenRefused("iss", "made by another issuer")
        _check_audience(claims, expected.client_id)
        self._check_times(claims, expected.max_age)
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not _same(nonce, expected.nonce):
            raise IdTokenRefused("nonce", "made for another attempt")
        if "at_hash" in claims:
            _check_access_token_hash(claims["at_hash"], expected.access_token, algorithm)
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise IdTokenRefused("sub", "no subject")
        return claims

    def _signed_claims(self, id_token: str) -> tuple[dict[str, Any], str]:
        try:
            header = jws.extract_compact(id_token.encode("ascii")).headers()
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
            raise IdTokenRefused("signature", "not a signed token") from problem
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            raise IdTokenRefused("alg", "an algorithm that is not accepted")
        if kid is not None and not isinstance(kid, str):
            raise IdTokenRefused("kid", "not a string")
        registry = _OneAlgorithm(algorithms=[algorithm])
        for key in self._keys.candidates(algorithm, kid):
            try:
                payload = jws.deserialize_compact(id_token, key, registry=registry).payload
            except (JoseError, ValueError, TypeError):
                continue
            try:
                return read_object(payload or b""), algorithm
            except ValueError as problem:
                raise IdTokenRefused("signature", "its payload is not a JSON object") from problem
        raise IdTokenRefused("signature", "no key of the portal has signed it")

    def _check_times(self, claims: dict[str, Any], max_age: int | None) -> None:
        now = self._clock.now()
        if _time(claims, "exp") <= now - LEEWAY_SECONDS:
            raise IdTokenRefused("exp", "expired")
        if _time(claims, "iat") > now + LEEWAY_SECONDS:
            raise IdTokenRefused("iat", "made in the future")
        if "nbf" in claims and _time(claims, "nbf") > now + LEEWAY_SECONDS:
            raise IdTokenRefused("nbf", "not valid yet")
        if max_age is not None and _time(claims, "auth_time") < now - max_age - LEEWAY_SECONDS:
            raise IdTokenRefused("auth_time", "the person signed in longer ago than asked for")


def _check_audience(claims: dict[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences:
        raise IdTokenRefused("aud", "made for another site")
    if len(audiences) > 1 and "azp" not in claims:
        raise IdTokenRefused("azp", "made for several sites and does not say which one asked")
    if claims.get("azp", client_id) != client_id:
        raise IdTokenRefused("azp", "asked for by another site")


def _check_access_token_hash(at_hash: object, access_token: str, algorithm: str) -> None:
    """OpenID Connect Core section 3.1.3.6: the left half of the hash that the signature uses; Ed25519 uses SHA-512."""
    digest = hashlib.new("sha512" if algorithm == "EdDSA" else "sha256", access_token.encode()).digest()
    if not isinstance(at_hash, str) or not _same(at_hash, base64url(digest[: len(digest) // 2])):
        raise IdTokenRefused("at_hash", "came with another access token")


def _time(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise IdTokenRefused(name, "missing or not a number")
    return value


def _same(given: str, expected: str) -> bool:
    return compare_digest(given.encode("utf-8", "replace"), expected.encode())
