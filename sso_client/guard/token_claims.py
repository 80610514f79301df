"""From what is known of a token to what it opens here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sso_client.guard.access import Access
from sso_client.hashing import hashed
from sso_client.json_answer import text_member
from sso_client.signed_token import TokenFault

_REFERENCE = 12
_LAST_TIME = 2**53
"""1e999 is valid JSON, and infinite."""


def read_access(claims: Mapping[str, Any], token: str) -> Access:
    """Return what `token` opens, going by `claims` that have been checked. Raises TokenFault if they make no sense.

    A token that tells of no person is its client's own (RFC 9068 section 2.2).
    """
    client_id = text_member(claims, "client_id")
    subject = text_member(claims, "sub") or client_id
    if not subject:
        raise TokenFault("sub", "it tells neither of a person nor of a client")
    return Access(
        subject=subject,
        username=text_member(claims, "username") or text_member(claims, "preferred_username"),
        client_id=client_id,
        scopes=frozenset(text_member(claims, "scope").split()),
        expires_at=int(min(claims["exp"], _LAST_TIME)),
        reference=hashed(token)[:_REFERENCE],
        claims=MappingProxyType(dict(claims)),
        token=token,
    )


def check_audience(claims: Mapping[str, Any], names: frozenset[str], *, needed: bool = True) -> None:
    """Check that a token is for an API with these names (RFC 8707 section 2); `needed`: it has to be for some."""
    audience = claims.get("aud")
    if audience is None and not needed:
        return
    found = audience if isinstance(audience, list) else [audience]
    if not any(isinstance(one, str) and one in names for one in found):
        raise TokenFault("aud", "it was made for something else than this API")
