"""The authorization endpoint: validate, decide, answer (RFC 6749, section 3.1; OpenID Connect Core, section 3.1.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from oauthlib.oauth2.rfc6749.errors import (
    FatalClientError,
    InvalidClientIdError,
    InvalidRedirectURIError,
    InvalidRequestError,
    MismatchingRedirectURIError,
    MissingClientIdError,
    MissingRedirectURIError,
    OAuth2Error,
)

from sso_portal.base.forms import Form
from sso_portal.base.urls import MAXIMUM_LENGTH, origin, quote_next
from sso_portal.protocol.call import Call
from sso_portal.protocol.interaction import Markers, Standing, Step, Wish, next_step
from sso_portal.protocol.response_modes import location
from sso_portal.protocol.server import PortalServer
from sso_portal.protocol.vocabulary import AUTHORIZE_PATH, INTERACTION
from sso_portal.services.clients import Client
from sso_portal.services.scopes import is_declinable


@dataclass(frozen=True)
class Unanswerable:
    """The site cannot be told, because it is not known or the address is not registered: a page for the person.

    ``problem`` is one of ``client_missing``, ``client_unknown``, ``redirect_missing``, ``redirect_unregistered``,
    ``malformed``.
    """

    problem: str
    client: Client | None = None
    sent: str | None = None


@dataclass(frozen=True)
class SendBack:
    """The answer to the site, as an address for the browser; ``error`` is ``None`` when it holds a code."""

    location: str
    error: str | None = None


@dataclass(frozen=True)
class Interact:
    """The person has something to do first."""

    step: Step
    authorization: Authorization


@dataclass(frozen=True)
class Authorization:
    """A valid authorization request; ``scopes`` are those asked for, ``request`` is oauthlib's."""

    request: Any
    client: Client
    scopes: tuple[str, ...]
    redirect_uri: str

    @property
    def redirect_origin(self) -> str:
        """Scheme, host and port that the browser will be sent to."""
        return origin(self.redirect_uri)


_NOT_SUPPORTED = ("claims",)
"""Parameters that discovery says are not supported: ignored, as OpenID Connect Core, section 5.5 allows."""

_LONGEST_REQUEST = MAXIMUM_LENGTH - 500
"""A request travels escaped in ``next``, with a marker and a path around it; beyond this it would be lost there."""

Answer = Unanswerable | SendBack | Interact

_PAGE_PROBLEMS: tuple[tuple[type[Exception], str], ...] = (
    (MissingClientIdError, "client_missing"),
    (InvalidClientIdError, "client_unknown"),
    (MissingRedirectURIError, "redirect_missing"),
    (InvalidRedirectURIError, "redirect_unregistered"),
    (MismatchingRedirectURIError, "redirect_unregistered"),
)


class AuthorizationEndpoint:
    """Answers authorization requests."""

    def __init__(self, server: PortalServer, markers: Markers) -> None:
        """``server`` validates and issues, ``markers`` tell what has happened for a request."""
        self._server = server
        self._markers = markers

    def begin(self, query: Form, call: Call) -> Answer:
        """A person arrives with a request, or returns from a step."""
        authorization = self._validate(query, call)
        if not isinstance(authorization, Authorization):
            return authorization
        return self._proceed(authorization, query, call, answered_now=False, granted=None)

    def decide(self, query: Form, call: Call, *, allowed: bool, ticked: Sequence[str]) -> Answer:
        """The person answers the consent page; the request is validated again, as if it had just come."""
        authorization = self._validate(query, call)
        if not isinstance(authorization, Authorization):
            return authorization
        if not allowed:
            return self._error(call, authorization, "access_denied", "The person declined.")
        granted = [scope for scope in authorization.scopes if scope in ticked or not is_declinable(scope)]
        return self._proceed(authorization, query, call, answered_now=True, granted=granted)

    def _proceed(
        self, authorization: Authorization, query: Form, call: Call, *, answered_now: bool, granted: list[str] | None
    ) -> Answer:
        client, session = authorization.client, call.session
        remembers = client.consent == "once"
        agreement = (
            call.services.consents.find(session.user_id, client.client_id)
            if remembers and session is not None
            else None
        )
        standing = Standing(
            signed_in_for=call.clock.now() - session.auth_time if session else None,
            proved_now=session is not None and self._markers.proves(query, session.sid, call.clock.now()),
            agreed=agreement is not None and agreement.answers(authorization.scopes),
            answered_now=answered_now,
        )
        step = next_step(_wish(authorization), standing)
        if step in {Step.REFUSE_LOGIN_REQUIRED, Step.REFUSE_CONSENT_REQUIRED}:
            return self._error(call, authorization, step.value, _NOT_SILENT[step])
        if step is not Step.ISSUE or session is None:
            return Interact(step, authorization)
        if granted is None:
            granted = agreement.granted_of(authorization.scopes) if agreement else list(authorization.scopes)
        elif remembers:
            declined = [scope for scope in authorization.scopes if scope not in granted]
            call.services.consents.remember(session.user_id, client.client_id, granted, declined)
        return self._issue(call, authorization, granted)

    def _issue(self, call: Call, authorization: Authorization, granted: list[str]) -> SendBack:
        request = authorization.request
        request.scopes = granted
        handler = self._server.response_types[request.response_type]
        return SendBack(self._location(call, authorization, handler.issue(request, self._server.token_handler)))

    def _validate(self, query: Form, call: Call) -> Authorization | Unanswerable | SendBack:
        for name in ("client_id", "redirect_uri"):
            if name in query.duplicates or name in query.undecodable:
                return Unanswerable("malformed", sent=name)
        call.duplicates, call.undecodable = query.duplicates, query.undecodable
        call.sent_redirect_uri = query.values.get("redirect_uri")
        uri = f"{call.issuer}{AUTHORIZE_PATH}?{query.encoded(INTERACTION, *_NOT_SUPPORTED)}"
        try:
            scopes, info = self._server.validate_authorization_request(uri, "GET", None, call.headers())
        except FatalClientError as error:
            problem = next((word for kind, word in _PAGE_PROBLEMS if isinstance(error, kind)), "malformed")
            sent = query.values.get("redirect_uri" if problem.startswith("redirect") else "client_id")
            return Unanswerable(problem, call.client, sent)
        except OAuth2Error as error:
            return self._refuse(query, call, error)
        if len(quote_next(query.encoded(INTERACTION))) > _LONGEST_REQUEST:
            description = "The request is too long to be kept through a sign-in."
            return self._refuse(query, call, InvalidRequestError(description=description))
        return Authorization(info["request"], call.client, tuple(scopes), info["redirect_uri"])  # type: ignore[arg-type]

    def _refuse(self, query: Form, call: Call, error: OAuth2Error) -> SendBack:
        # Not every error of oauthlib's knows the redirect URI, which was found good before any of them was raised.
        registered = call.client.redirect_uris if call.client else []
        uri = query.values.get("redirect_uri") or registered[0]
        description = error.description or _DESCRIPTIONS.get(str(error.error), "The request is not right.")
        parameters = [("error", str(error.error)), ("error_description", description)]
        if "state" in query.values and "state" not in query.duplicates:
            parameters.append(("state", query.values["state"]))
        parameters.append(("iss", call.issuer))
        return SendBack(location(query.values.get("response_mode"), uri, parameters), str(error.error))

    def _error(self, call: Call, authorization: Authorization, error: str, description: str) -> SendBack:
        answer = {"error": error, "error_description": description}
        if authorization.request.state:
            answer["state"] = authorization.request.state
        return SendBack(self._location(call, authorization, answer), error)

    def _location(self, call: Call, authorization: Authorization, answer: dict[str, str]) -> str:
        # iss guards against mix-up: the site can tell which server answered (RFC 9207).
        parameters = [*answer.items(), ("iss", call.issuer)]
        return location(authorization.request.response_mode, authorization.redirect_uri, parameters)


_DESCRIPTIONS = {
    "invalid_scope": "A scope was asked for that this client is not registered for.",
    "unauthorized_client": "This client is not registered for this response_type.",
}
"""What oauthlib leaves unsaid."""

_NOT_SILENT = {
    Step.REFUSE_LOGIN_REQUIRED: "The person has to sign in, and prompt=none forbids to show a page.",
    Step.REFUSE_CONSENT_REQUIRED: "The person has to agree, and prompt=none forbids to show a page.",
}


def _wish(authorization: Authorization) -> Wish:
    request, metadata = authorization.request, authorization.client.metadata
    return Wish(
        prompts=frozenset((request.prompt or "").split()),
        max_age=int(request.max_age) if request.max_age is not None else None,
        always_authenticate=metadata["always_authenticate"],
        consent=metadata["consent"],
    )
