"""What the protocol may use while it answers one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sso_portal.base.clock import Clock
from sso_portal.services.clients import Client, Clients
from sso_portal.services.consents import Consents
from sso_portal.services.keys import Keys
from sso_portal.services.sessions import Session
from sso_portal.services.tokens import Access, Code, Family, Token, Tokens
from sso_portal.services.users import User, Users

HEADER = "sso.call"
"""The key under which a :class:`Call` travels through oauthlib, whose requests have headers but no other luggage."""


class Services(Protocol):
    """The services of one transaction."""

    @property
    def clients(self) -> Clients:
        """Registered clients."""

    @property
    def users(self) -> Users:
        """People."""

    @property
    def tokens(self) -> Tokens:
        """Codes and tokens."""

    @property
    def consents(self) -> Consents:
        """Remembered answers."""

    @property
    def keys(self) -> Keys:
        """The key ring."""


@dataclass
class Call:
    """One request on its way through the protocol: the services, and what the steps found out for later ones."""

    services: Services
    issuer: str
    clock: Clock
    client: Client | None = None
    session: Session | None = None
    user: User | None = None
    code: Code | None = None
    family: Family | None = None
    refresh_token: Token | None = None
    access: Access | None = None
    duplicates: frozenset[str] = frozenset()
    undecodable: frozenset[str] = frozenset()
    # The redirect URI as the authorization request had it; None when it was left out.
    sent_redirect_uri: str | None = None

    def headers(self, authorization: str | None = None) -> Mapping[str, Any]:
        """Headers to hand to oauthlib."""
        return {HEADER: self} if authorization is None else {HEADER: self, "Authorization": authorization}


def call_of(request: Any) -> Call:
    """The call an oauthlib request belongs to."""
    call = request.headers[HEADER]
    if not isinstance(call, Call):
        raise TypeError("an oauthlib request without its call")
    return call
