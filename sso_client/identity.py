"""Who is signed in, as the site's pages see her."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sso_client.json_answer import text_member


@dataclass(frozen=True, slots=True)
class Identity:
    """A person, in the words of OpenID Connect Core section 5.1.

    subject: stable and never reassigned; the only member to use as a key.   scope: what was granted.
    username, name, email: for showing; "" when the portal did not tell.   claims: everything it told.
    """

    subject: str
    username: str
    name: str
    email: str
    claims: Mapping[str, Any]
    scope: tuple[str, ...]

    @classmethod
    def from_claims(cls, claims: Mapping[str, Any], scope: str) -> Identity:
        """Return the person that `claims` describe; `claims` must hold a checked `sub`."""
        return cls(
            subject=text_member(claims, "sub"),
            username=text_member(claims, "preferred_username"),
            name=text_member(claims, "name"),
            email=text_member(claims, "email"),
            claims=claims,
            scope=tuple(scope.split()),
        )
