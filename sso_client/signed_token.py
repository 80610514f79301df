"""What all signed tokens of the portal have in common (RFC 7515, RFC 7519): signature, issuer's claims, times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel

from sso_client.json_answer import read_object, text_member
from sso_client.keys import KeyFinder

ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA")
"""Signatures that are accepted. Never `none`, and never HMAC: whoever knows the public key could sign with it."""

LEEWAY_SECONDS = 60
"""How far the clocks of portal and site may be apart."""


class TokenFault(Exception):
    """A token failed the check named by `check`; each kind of token makes a refusal of its own of it."""

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(f"{check}: {reason}")
        self.check = check
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SignedToken:
    """What a key of the portal has signed. `kind`: the `typ` of the header, "" when it has none."""

    claims: dict[str, Any]
    algorithm: str
    kind: str


class OneAlgorithm(jws.JWSRegistry):
    """Exactly one algorithm, without the library's warning that RFC 9864 has a newer name for EdDSA."""

    def get_alg(self, name: str) -> JWSAlgModel:
        """Return the algorithm, if it is the one."""
        return self.algorithms["EdDSA"] if [name] == self.allowed == ["EdDSA"] else super().get_alg(name)


def open_signed(token: str, keys: KeyFinder) -> SignedToken:
    """Return what `token` says when a key of the portal has signed it; nothing of what it says is checked.

    Raises TokenFault, or PortalUnavailable when keys cannot be fetched.
    """
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise TokenFault("signature", "not a signed token") from problem
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise TokenFault("alg", "an algorithm that is not accepted")
    if kid is not None and not isinstance(kid, str):
        raise TokenFault("kid", "not a string")
    registry = OneAlgorithm(algorithms=[algorithm])
    for key in keys.candidates(algorithm, kid):
        try:
            payload = jws.deserialize_compact(token, key, registry=registry).payload
        except (JoseError, ValueError, TypeError):
            continue
        try:
            return SignedToken(read_object(payload or b""), algorithm, text_member(header, "typ"))
        except ValueError as problem:
            raise TokenFault("signature", "its payload is not a JSON object") from problem
    raise TokenFault("signature", "no key of the portal has signed it")


def check_issuer(claims: dict[str, Any], issuer: str) -> None:
    """Check that `issuer` has made the token."""
    if claims.get("iss") != issuer:
        raise TokenFault("iss", "made by another issuer")


def check_audience(claims: dict[str, Any], client_id: str) -> None:
    """Check that the token is for the site (OpenID Connect Core section 3.1.3.7, steps 3 to 5)."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences:
        raise TokenFault("aud", "made for another site")
    if len(audiences) > 1 and "azp" not in claims:
        raise TokenFault("azp", "made for several sites and does not say which one asked")
    if claims.get("azp", client_id) != client_id:
        raise TokenFault("azp", "asked for by another site")


def check_times(claims: dict[str, Any], now: int, leeway: int = LEEWAY_SECONDS) -> None:
    """Check that the token is good at `now`, seconds since 1970: `exp` and `iat`, and `nbf` when it is there."""
    if time_claim(claims, "exp") <= now - leeway:
        raise TokenFault("exp", "expired")
    if time_claim(claims, "iat") > now + leeway:
        raise TokenFault("iat", "made in the future")
    if "nbf" in claims and time_claim(claims, "nbf") > now + leeway:
        raise TokenFault("nbf", "not valid yet")


def time_claim(claims: dict[str, Any], name: str) -> float:
    """Return the time in the claim `name`, seconds since 1970 (RFC 7519 section 2)."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenFault(name, "missing or not a number")
    return value
