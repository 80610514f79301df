"""What an assertion has to say (RFC 7523, section 3; OpenID Connect Core, section 9)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sso_portal.base.client_jose import BadToken

LATE_SECONDS = 5
"""An assertion is still taken so long after its ``exp``: it has been on its way."""

EARLY_SECONDS = 60
"""How far ahead the client's clock may be."""

LONGEST_SECONDS = 3_600
"""How far in the future ``exp`` may lie; for so long the ``jti`` is remembered."""

_LONGEST_JTI = 256


def check_claims(
    claims: Mapping[str, Any],
    client_id: str,
    audiences: Sequence[str],
    now: int,
    *,
    longest_seconds: int = LONGEST_SECONDS,
) -> None:
    """Raise :class:`BadToken` for the first thing that is wrong; ``audiences`` are the values of ``aud`` that would
    do."""
    for name in ("iss", "sub"):
        if claims.get(name) != client_id:
            raise BadToken(f"its {name} is not the client_id.")
    _check_audience(claims.get("aud"), audiences)
    _check_times(claims, now, longest_seconds)
    identifier = claims.get("jti")
    if not isinstance(identifier, str) or not identifier:
        raise BadToken("it has no jti; every assertion needs one of its own.")
    if len(identifier) > _LONGEST_JTI:
        raise BadToken(f"its jti is longer than {_LONGEST_JTI} characters.")


def expiry_of(claims: Mapping[str, Any]) -> int:
    """When an assertion that passed :func:`check_claims` is no longer taken, in seconds since 1970-01-01 UTC."""
    return math.ceil(float(claims["exp"])) + LATE_SECONDS


def _check_audience(audience: object, audiences: Sequence[str]) -> None:
    values = audience if isinstance(audience, list) else [audience]
    if not all(isinstance(value, str) for value in values) or not set(values) & set(audiences):
        raise BadToken(f"its aud is none of {', '.join(audiences)}.")


def _check_times(claims: Mapping[str, Any], now: int, longest_seconds: int) -> None:
    if "exp" not in claims:
        raise BadToken("it has no exp.")
    for name in ("exp", "nbf", "iat"):
        value = claims.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadToken(f"its {name} is not a number of seconds.")
    if claims["exp"] + LATE_SECONDS <= now:
        raise BadToken(f"it has expired (exp): {math.ceil(now - claims['exp'])} seconds ago by the portal's clock.")
    if claims["exp"] > now + longest_seconds:
        raise BadToken(f"its exp is more than {longest_seconds} seconds ahead.")
    for name in ("nbf", "iat"):
        if claims.get(name, now) > now + EARLY_SECONDS:
            ahead = math.ceil(claims[name] - now)
            raise BadToken(f"its {name} is in the future: the client's clock is {ahead} seconds ahead.")
