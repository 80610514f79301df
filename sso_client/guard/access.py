"""What an access token opens: for whom it speaks, who holds it, and for what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Access:
    """A token that was found good.

    subject: the person's `sub`. A token without a person (client credentials) has the client's id here, as RFC 9068
    section 2.2 says; `is_person` tells them apart.   username: "" when the token does not tell it; a JWT of the portal
    does not, introspection does.   claims: all that is known of the token.   expires_at: seconds since 1970.
    reference: by which logs can name the token without holding it.
    """

    subject: str
    username: str
    client_id: str
    scopes: frozenset[str]
    expires_at: int
    reference: str
    claims: Mapping[str, Any] = field(repr=False)
    token: str = field(repr=False)

    @property
    def is_person(self) -> bool:
        """Whether the token speaks for a person, and not for the client itself."""
        return self.subject != self.client_id

    def has(self, scope: str) -> bool:
        """Say whether the token was given for `scope`; for all of them when there are several, separated by spaces."""
        return set(scope.split()) <= self.scopes
