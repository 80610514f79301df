"""The authorization endpoint: validate, decide, answer (RFC 6749, section 3.1; OpenID Connect Core, section 3.1.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from sso_portal.base.urls import MAXIMUM_LENGTH, quote_next
from sso_portal.protocol.answers import printable
from sso_portal.protocol.authorization_answers import Answer, Authorization, Interact, SendBack, Unanswerable
from sso_portal.protocol.call import Call
from sso_portal.protocol.interaction import Markers, Standing, Step, Wish, next_step
from sso_portal.protocol.request_objects import carries_object, read_request
from sso_portal.protocol.response_modes import chosen_mode
from sso_portal.protocol.server import PortalServer
from sso_portal.protocol.vocabulary import AUTHORIZE_PATH, INTERACTION
from sso_portal.services.assurance import acr_of
from sso_portal.services.client_metadata import ordered_response_type
from sso_portal.services.consents import Agreement
from sso_portal.services.scopes import is_declinable, scope_of_claim

_LONGEST_REQUEST = MAXIMUM_LENGTH - 500
"""A request travels escaped in ``next``, with a marker and a path around it; beyond this it would be lost there."""

_PAGE_PROBLEMS: tuple[tuple[type[Exception], str], ...] = (
    (MissingClientIdError, "client_missing"),
    (InvalidClientIdError, "client_unknown"),
    (MissingRedirectURIError, "redirect_missing"),
    (InvalidRedirectURIError, "redirect_unregistered"),
    (MismatchingRedirectURIError, "redirect_unregistered"),
)


@dataclass(frozen=True)
class Arrival:
    """A request as it came, the parameters that count, and what was wrong with its request object."""

    query: Form
    effective: Form
    problem: OAuth2Error | None = None


class AuthorizationEndpoint:
    """Answers authorization requests."""

    def __init__(self, server: PortalServer, markers: Markers) -> None:
        """``server`` validates and issues, ``markers`` tell what has happened for a request."""
        self._server = server
        self._markers = markers

    def read(self, query: Form, call: Call) -> Arrival:
        """Find the parameters that count. Something may be fetched here, so nothing may have been written before."""
        arrived = self._markers.has_arrived(query, call.clock.now())
        effective = read_request(query, call, arrived=arrived)
        response_type = effective.values.get("response_type")
        if response_type is not None:
            values = {**effective.values, "response_type": ordered_response_type(response_type)}
            effective = Form(values, effective.duplicates, effective.undecodable)
        return Arrival(query, effective, call.request_problem)

    def begin(self, arrival: Arrival, call: Call) -> Answer:
        """A person arrives with a request, or returns from a step."""
        authorization = self._validate(arrival, call)
        if not isinstance(authorization, Authorization):
            return authorization
        return self._proceed(authorization, arrival, call, answered_now=False, granted=None)

    def decide(self, arrival: Arrival, call: Call, *, allowed: bool, ticked: Sequence[str]) -> Answer:
        """The person answers the consent page; the request is validated again, as if it had just come."""
        authorization = self._validate(arrival, call)
        if not isinstance(authorization, Authorization):
            return authorization
        if not allowed:
            return _send_back(call, authorization, _error("access_denied", "The person declined."))
        granted = [scope for scope in authorization.to_agree if scope in ticked or not is_declinable(scope)]
        return self._proceed(authorization, arrival, call, answered_now=True, granted=granted)

    def continuation(self, arrival: Arrival, call: Call) -> str:
        """The query string that brings the request back after a step."""
        if carries_object(arrival.query):
            return self._markers.arrived(arrival.query, call.clock.now())
        return arrival.query.encoded(INTERACTION)

    def _proceed(
        self,
        authorization: Authorization,
        arrival: Arrival,
        call: Call,
        *,
        answered_now: bool,
        granted: list[str] | None,
    ) -> Answer:
        client, session, to_agree = authorization.client, call.session, authorization.to_agree
        remembers = client.consent == "once"
        agreement: Agreement | None = None
        if remembers and session is not None:
            agreement = call.services.consents.find(session.user_id, client.client_id)
        standing = Standing(
            signed_in_for=call.clock.now() - session.auth_time if session else None,
            proved_now=session is not None and self._markers.proves(arrival.query, session.sid, call.clock.now()),
            agreed=agreement is not None and agreement.answers(to_agree),
            answered_now=answered_now,
            is_other=_is_other(authorization, call),
            acr=acr_of(session.amr) if session else None,
        )
        step = next_step(_wish(authorization, call), standing)
        if step in _REFUSALS:
            return _send_back(call, authorization, _error(*_REFUSALS[step]))
        if step is not Step.ISSUE or session is None:
            return Interact(step, authorization)
        if granted is None:
            granted = agreement.granted_of(to_agree) if agreement else list(to_agree)
        elif remembers:
            declined = [scope for scope in to_agree if scope not in granted]
            call.services.consents.remember(session.user_id, client.client_id, granted, declined)
        return self._issue(call, authorization, granted)

    def _issue(self, call: Call, authorization: Authorization, granted: list[str]) -> SendBack:
        request = authorization.request
        request.scopes = [scope for scope in authorization.scopes if scope in granted]
        names = [name for name in authorization.claim_names if (scope_of_claim(name) or "openid") in granted]
        call.details = {"claims": call.claims.only(names)} if names else {}
        handler = self._server.response_types[request.response_type]
        return _send_back(call, authorization, handler.issue(request, self._server.token_handler))

    def _validate(self, arrival: Arrival, call: Call) -> Authorization | Unanswerable | SendBack:
        effective = arrival.effective
        for name in ("client_id", "redirect_uri"):
            if name in effective.duplicates or name in effective.undecodable:
                return Unanswerable("malformed", sent=name)
        call.duplicates, call.undecodable = effective.duplicates, effective.undecodable
        call.sent_redirect_uri = effective.values.get("redirect_uri")
        call.request_problem = arrival.problem
        uri = f"{call.issuer}{AUTHORIZE_PATH}?{effective.encoded(INTERACTION)}"
        try:
            scopes, info = self._server.validate_authorization_request(uri, "GET", None, call.headers())
        except FatalClientError as error:
            problem = next((word for kind, word in _PAGE_PROBLEMS if isinstance(error, kind)), "malformed")
            sent = effective.values.get("redirect_uri" if problem.startswith("redirect") else "client_id")
            return Unanswerable(problem, call.client, sent)
        except OAuth2Error as error:
            return _refuse(effective, call, error)
        if len(quote_next(arrival.query.encoded(INTERACTION))) > _LONGEST_REQUEST:
            description = "The request is too long to be kept through a sign-in."
            return _refuse(effective, call, InvalidRequestError(description=description))
        if call.client is None:
            raise TypeError("a request that is valid has a client")
        names = call.claims.names()
        return Authorization(info["request"], call.client, tuple(scopes), info["redirect_uri"], effective, names)


def _refuse(effective: Form, call: Call, error: OAuth2Error) -> SendBack:
    # Not every error of oauthlib's knows the redirect URI, which was found good before any of them was raised.
    registered = call.client.redirect_uris if call.client else []
    uri = effective.values.get("redirect_uri") or registered[0]
    code = str(error.error)
    description = error.description or _DESCRIPTIONS.get(code, "The request is not right.")
    parameters = _error(code, description)
    if "state" in effective.values and "state" not in effective.duplicates:
        parameters["state"] = effective.values["state"]
    parameters["iss"] = call.issuer
    values = effective.values
    mode = chosen_mode(values.get("response_mode"), values.get("response_type"))
    return SendBack(uri, mode, parameters, call.client)


def _send_back(call: Call, authorization: Authorization, answer: Mapping[str, Any]) -> SendBack:
    request = authorization.request
    parameters = {name: str(value) for name, value in answer.items()}
    if request.state:
        parameters.setdefault("state", request.state)
    # iss guards against mix-up: the site can tell which server answered (RFC 9207).
    parameters["iss"] = call.issuer
    mode = chosen_mode(request.response_mode, request.response_type)
    return SendBack(authorization.redirect_uri, mode, parameters, authorization.client)


def _error(code: str, description: str) -> dict[str, str]:
    return {"error": code, "error_description": printable(description)}


_DESCRIPTIONS = {
    "invalid_scope": "A scope was asked for that this client is not registered for.",
    "unauthorized_client": "This client is not registered for this response_type.",
}
"""What oauthlib leaves unsaid."""

_REFUSALS = {
    Step.REFUSE_LOGIN_REQUIRED: (
        "login_required",
        "The person has to sign in, and prompt=none forbids to show a page.",
    ),
    Step.REFUSE_OTHER_ACCOUNT: ("login_required", "Somebody else is signed in than the one who is meant."),
    Step.REFUSE_CONSENT_REQUIRED: (
        "consent_required",
        "The person has to agree, and prompt=none forbids to show a page.",
    ),
    Step.REFUSE_UNMET: (
        "unmet_authentication_requirements",
        "The person did not prove who she is as strongly as was demanded.",
    ),
}
"""Refusals of the dispatcher, as the site reads them."""


def _wish(authorization: Authorization, call: Call) -> Wish:
    request, metadata = authorization.request, authorization.client.metadata
    return Wish(
        prompts=frozenset((request.prompt or "").split()),
        max_age=int(request.max_age) if request.max_age is not None else metadata["default_max_age"],
        always_authenticate=metadata["always_authenticate"],
        consent=metadata["consent"],
        acr=frozenset(call.claims.essential_acr),
    )


def _is_other(authorization: Authorization, call: Call) -> bool:
    """Whether the request means another person than the one who is signed in."""
    meant = {call.hinted_subject, call.claims.subject} - {None}
    if not meant or call.user is None:
        return False
    return meant != {call.services.subjects.of(call.user, authorization.client)}
