"""Proofs that whoever sends a token has the key it is bound to (RFC 9449 section 4.3)."""

from __future__ import annotations

from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from sso_client.clock import Clock
from sso_client.guard.addresses import is_address_of
from sso_client.guard.settings import GuardSettings
from sso_client.guard.used_proofs import UsedProofs
from sso_client.hashing import base64url_of_sha256
from sso_client.json_answer import read_object, text_member
from sso_client.keys import TYPE_OF_ALGORITHM
from sso_client.signed_token import OneAlgorithm, TokenFault, time_claim

LONGEST_PROOF = 8192
"""Characters."""

_LONGEST_JTI = 256
_SMALLEST_RSA = 340
"""Characters of the modulus of a key of 2048 bits in base64url, about."""

_SECRET_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_UNREADABLE = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


class _WithItsKey(OneAlgorithm):
    """The header of a proof holds a whole key, an RSA key perhaps, which is more than the library expects."""

    max_header_length = LONGEST_PROOF


class Proofs:
    """Believes each proof once."""

    def __init__(self, settings: GuardSettings, used: UsedProofs, clock: Clock) -> None:
        self._settings = settings
        self._used = used
        self._clock = clock

    def proved_key(self, environ: dict[str, Any], token: str) -> str:
        """Return the thumbprint (RFC 7638) of the key that the request proves to have.

        Raises TokenFault for a proof that is missing or wrong, PortalUnavailable when no more can be remembered.
        """
        proof = str(environ.get("HTTP_DPOP", ""))
        if not proof or len(proof) > LONGEST_PROOF or "," in proof:
            raise TokenFault("DPoP", "there has to be one proof")
        claims, thumbprint = self._opened(proof)
        if claims.get("htm") != environ.get("REQUEST_METHOD"):
            raise TokenFault("htm", "made for another method")
        if not is_address_of(claims.get("htu"), environ, self._settings):
            raise TokenFault("htu", "made for another address")
        if claims.get("ath") != base64url_of_sha256(token):
            raise TokenFault("ath", "made for another token")
        over = self._over(claims)
        identifier = text_member(claims, "jti")
        if not 0 < len(identifier) <= _LONGEST_JTI:
            raise TokenFault("jti", "missing or too long")
        # Last: a proof that is not acceptable uses nothing up.
        if not self._used.is_new(f"{thumbprint} {identifier}", over):
            raise TokenFault("jti", "used before; every request needs a proof of its own")
        return thumbprint

    def _opened(self, proof: str) -> tuple[dict[str, Any], str]:
        try:
            header = jws.extract_compact(proof.encode("ascii"), registry=_WithItsKey()).headers()
            algorithm = header.get("alg")
            if header.get("typ") != "dpop+jwt" or algorithm not in self._settings.algorithms:
                raise TokenFault("typ", "not a proof, or signed in a way that is not accepted")
            key = _own_key(header.get("jwk"), algorithm)
            payload = jws.deserialize_compact(proof, key, registry=_WithItsKey(algorithms=[algorithm])).payload
            return read_object(payload or b""), key.thumbprint()
        except _UNREADABLE as problem:
            raise TokenFault("signature", "not signed with the key in it") from problem

    def _over(self, claims: dict[str, Any]) -> int:
        """When the proof would not be taken any more, in seconds since 1970."""
        issued, now = time_claim(claims, "iat"), self._clock.now()
        if issued > now + self._settings.leeway:
            raise TokenFault("iat", "made in the future")
        if issued < now - self._settings.proof_seconds:
            raise TokenFault("iat", "too old")
        return int(issued) + self._settings.proof_seconds + 1


def _own_key(jwk: Any, algorithm: str) -> Key:
    if not isinstance(jwk, dict) or _SECRET_MEMBERS & set(jwk) or jwk.get("kty") != TYPE_OF_ALGORITHM[algorithm]:
        raise TokenFault("jwk", "no public key of the right kind")
    if jwk["kty"] == "RSA" and len(text_member(jwk, "n")) < _SMALLEST_RSA:
        raise TokenFault("jwk", "the key is too small")
    return JWKRegistry.import_key({name: value for name, value in jwk.items() if name not in ("use", "key_ops", "alg")})
