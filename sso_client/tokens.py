"""The tokens of a person, as the token endpoint answers them (RFC 6749 section 5.1). They never leave the server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_LONGEST_LIFETIME = 10 * 366 * 86400


@dataclass(frozen=True, slots=True)
class Tokens:
    """One answer of the token endpoint.

    expires: when the access token ends, seconds since 1970; None when the portal did not say.
    refresh_token, id_token, scope: "" when not given.
    """

    access_token: str = field(repr=False)
    expires: int | None
    refresh_token: str = field(repr=False, default="")
    id_token: str = field(repr=False, default="")
    scope: str = ""


def check_token_answer(answer: Mapping[str, Any]) -> None:
    """Check the types in an answer of the token endpoint. Raises ValueError, naming the member that is wrong."""
    if not _is_token(answer.get("access_token")):
        raise ValueError("access_token")
    token_type = answer.get("token_type")
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise ValueError("token_type")
    lifetime = answer.get("expires_in")
    if lifetime is not None and (
        isinstance(lifetime, bool) or not isinstance(lifetime, int) or not 0 <= lifetime <= _LONGEST_LIFETIME
    ):
        raise ValueError("expires_in")
    for name in ("refresh_token", "id_token"):
        if name in answer and not _is_token(answer[name]):
            raise ValueError(name)
    if not isinstance(answer.get("scope", ""), str):
        raise ValueError("scope")


def read_tokens(answer: Mapping[str, Any], now: int) -> Tokens:
    """Return the tokens in a checked answer that arrived at `now` (seconds since 1970)."""
    lifetime = answer.get("expires_in")
    scope = answer.get("scope") or ""
    return Tokens(
        access_token=answer["access_token"],
        expires=None if lifetime is None else now + lifetime,
        refresh_token=answer.get("refresh_token") or "",
        id_token=answer.get("id_token") or "",
        scope=scope if isinstance(scope, str) else " ".join(scope),
    )


def _is_token(value: object) -> bool:
    # RFC 6749 appendix A.12: printable ASCII; anything else could break out of an Authorization header.
    return isinstance(value, str) and _PRINTABLE.fullmatch(value) is not None
