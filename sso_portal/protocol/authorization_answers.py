"""What the authorization endpoint may answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sso_portal.base.forms import Form
from sso_portal.base.urls import origin
from sso_portal.protocol.interaction import Step, request_digest
from sso_portal.protocol.response_modes import RESPONSE_MODES, is_form
from sso_portal.services.authorization_details import Entry
from sso_portal.services.clients import Client
from sso_portal.services.scopes import scope_of_claim


@dataclass(frozen=True)
class Unanswerable:
    """The site cannot be told, because it is not known or the address is not registered: a page for the person.

    ``problem`` is one of ``client_missing``, ``client_unknown``, ``redirect_missing``, ``redirect_unregistered``,
    ``malformed``; or the request that was pushed is over, ``request_over``.
    """

    problem: str
    client: Client | None = None
    sent: str | None = None


@dataclass(frozen=True)
class SendBack:
    """The answer to the site: where to, in which response mode, with what; ``jwt`` says the same in a secured mode."""

    redirect_uri: str
    mode: str
    parameters: Mapping[str, str]
    client: Client | None = None
    jwt: str | None = None

    @property
    def error(self) -> str | None:
        """The error code, or ``None`` when it is what was asked for."""
        return self.parameters.get("error")

    @property
    def is_form(self) -> bool:
        """Whether the parameters travel in a form that the browser posts (OAuth 2.0 Form Post Response Mode)."""
        return is_form(self.mode)

    @property
    def fields(self) -> list[tuple[str, str]]:
        """What travels: the parameters, or the one that holds them all (JARM 1.0, section 2.3)."""
        return [("response", self.jwt)] if self.jwt is not None else list(self.parameters.items())

    @property
    def location(self) -> str:
        """The address for the browser."""
        return RESPONSE_MODES[self.mode](self.redirect_uri, self.fields)


@dataclass(frozen=True)
class Authorization:
    """A valid authorization request; ``scopes`` are those asked for, ``request`` is oauthlib's, ``effective`` holds the
    parameters that count."""

    request: Any
    client: Client
    scopes: tuple[str, ...]
    redirect_uri: str
    effective: Form
    claim_names: frozenset[str] = frozenset()
    details: tuple[Entry, ...] = ()

    @property
    def redirect_origin(self) -> str:
        """Scheme, host and port that the browser will be sent to."""
        return origin(self.redirect_uri)

    @property
    def to_agree(self) -> tuple[str, ...]:
        """The scopes that the person is asked about: those asked for, and those that single claims belong to."""
        by_claims = {scope_of_claim(name) for name in sorted(self.claim_names)} & set(self.client.scopes)
        return (*self.scopes, *sorted(scope for scope in by_claims if scope and scope not in self.scopes))

    @property
    def digest(self) -> str:
        """What an answer on the consent page is bound to: a request object may say something else by then."""
        return request_digest(self.effective)


@dataclass(frozen=True)
class Interact:
    """The person has something to do first."""

    step: Step
    authorization: Authorization
    # Scopes that she is asked about; none when only the details of the request are open.
    asked: tuple[str, ...] = ()
    # Whether she is asked how long her answer is to be kept.
    is_kept: bool = False


Answer = Unanswerable | SendBack | Interact
