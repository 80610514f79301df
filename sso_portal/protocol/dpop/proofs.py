"""What a proof has to say (RFC 9449, section 4.3): everything but what has to be remembered."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sso_portal.base.client_jose import VERIFICATION_ALGORITHMS, BadToken, header_of, verified_by_its_own_key
from sso_portal.base.hashing import s256
from sso_portal.base.same_address import without_query

PAST_SECONDS = 300
"""How old a proof may be: it has been on its way, and the client's clock may be behind."""

FUTURE_SECONDS = 60
"""How far ahead the client's clock may be."""

LONGEST_PROOF = 8_192
"""Characters of the longest proof that is looked at."""

_PROOF_TYPE = "dpop+jwt"
_LONGEST_JTI = 256


@dataclass(frozen=True)
class Proof:
    """A proof that was found good, but for its nonce and whether it is new. ``key`` is the thumbprint of the key."""

    key: str
    identifier: str
    nonce: str | None
    over_at: int
    """When it is no longer taken anyway, in seconds since 1970-01-01 UTC."""


def read_proof(
    text: str,
    *,
    method: str,
    addresses: Collection[str],
    now: int,
    access_token: str | None = None,
    algorithms: Sequence[str] = VERIFICATION_ALGORITHMS,
) -> Proof:
    """The proof in one ``DPoP`` header of a request to one of ``addresses``; ``access_token`` is what came with it.

    Raises :class:`BadToken` for the first thing that is wrong.
    """
    if len(text) > LONGEST_PROOF:
        raise BadToken(f"it is longer than {LONGEST_PROOF} characters.")
    if header_of(text).get("typ") != _PROOF_TYPE:
        raise BadToken(f"its typ is not {_PROOF_TYPE}.")
    claims, key = verified_by_its_own_key(text, algorithms)
    _check_request(claims, method, addresses)
    issued_at = _issued_at(claims, now)
    if access_token is not None and claims.get("ath") != s256(access_token):
        raise BadToken("its ath is not the hash of the access token.")
    return Proof(key, _identifier(claims), _nonce(claims), issued_at + PAST_SECONDS)


def _check_request(claims: Mapping[str, Any], method: str, addresses: Collection[str]) -> None:
    if claims.get("htm") != method:
        raise BadToken(f"its htm is not {method}.")
    address = claims.get("htu")
    if not isinstance(address, str) or without_query(address) not in {without_query(known) for known in addresses}:
        raise BadToken(f"its htu is not {' or '.join(addresses)}.")


def _issued_at(claims: Mapping[str, Any], now: int) -> int:
    issued_at = claims.get("iat")
    if isinstance(issued_at, bool) or not isinstance(issued_at, int | float):
        raise BadToken("its iat is not a number of seconds.")
    if issued_at < now - PAST_SECONDS:
        raise BadToken(f"it is too old (iat): {math.ceil(now - issued_at)} seconds by the portal's clock.")
    if issued_at > now + FUTURE_SECONDS:
        raise BadToken(f"its iat is in the future: the client's clock is {math.ceil(issued_at - now)} seconds ahead.")
    return math.ceil(issued_at)


def _identifier(claims: Mapping[str, Any]) -> str:
    identifier = claims.get("jti")
    if not isinstance(identifier, str) or not identifier:
        raise BadToken("it has no jti; every proof needs one of its own.")
    if len(identifier) > _LONGEST_JTI:
        raise BadToken(f"its jti is longer than {_LONGEST_JTI} characters.")
    return identifier


def _nonce(claims: Mapping[str, Any]) -> str | None:
    nonce = claims.get("nonce")
    if nonce is not None and not isinstance(nonce, str):
        raise BadToken("its nonce is not a text.")
    return nonce
