"""The authorization endpoint: validate, decide, answer (RFC 6749, section 3.1; OpenID Connect Core, section 3.1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from oauthlib.oauth2.rfc6749.errors import (
    FatalClientError,
    InvalidClientIdError,
    InvalidRedirectURIError,
    InvalidRequestError,
    MismatchingRedirectURIError,
    MissingClientIdError,
    MissingCodeChallengeError,
    MissingRedirectURIError,
    OAuth2Error,
    UnsupportedCodeChallengeMethodError,
)

from sso_portal.base.forms import Form
from sso_portal.base.trace import current_trace
from sso_portal.base.urls import MAXIMUM_LENGTH, quote_next
from sso_portal.protocol.answers import printable
from sso_portal.protocol.authorization_answers import Answer, Authorization, Interact, SendBack, Unanswerable
from sso_portal.protocol.call import Call
from sso_portal.protocol.consent_question import Reply, note_refusal, question_of
from sso_portal.protocol.interaction import Markers, Standing, Step, Wish, next_step
from sso_portal.protocol.parsed_request import ParsedRequest
from sso_portal.protocol.pushed_requests import PushedRequestOver, pushed_reference, read_pushed
from sso_portal.protocol.request_objects import InvalidRequestObject, InvalidRequestUri, carries_object, read_request
from sso_portal.protocol.secured_answers import problem_of_keys, sent_back
from sso_portal.protocol.server import PortalServer
from sso_portal.protocol.session_state import BrowserStates
from sso_portal.protocol.taking_part import take_part
from sso_portal.protocol.vocabulary import AUTHORIZATION_DETAILS, AUTHORIZE_PATH, INTERACTION
from sso_portal.services.assurance import acr_of
from sso_portal.services.client_metadata import ordered_response_type
from sso_portal.services.scopes import scope_of_claim
from sso_portal.services.sessions import Session

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
    """A request as it came, the parameters that count, and what was wrong with its request object.

    ``pushed`` is the reference of a request that was pushed, ``arrived`` tells that it was good when it first came.
    """

    query: Form
    effective: Form
    problem: OAuth2Error | None = None
    pushed: str | None = None
    arrived: bool = False


class AuthorizationEndpoint:
    """Answers authorization requests."""

    def __init__(self, server: PortalServer, markers: Markers, states: BrowserStates) -> None:
        """``server`` validates and issues, ``markers`` tell what has happened for a request, ``states`` are told to
        sites that want to hear of a sign-out."""
        self._server = server
        self._markers = markers
        self._states = states

    def read(self, query: Form, call: Call) -> Arrival:
        """Find the parameters that count. Something may be fetched here, so nothing may have been written before."""
        arrived = self._markers.has_arrived(query, call.clock.now())
        pushed = pushed_reference(query)
        if pushed is not None:
            effective = read_pushed(query, pushed, call, arrived=arrived)
        else:
            effective = effective_request(query, call, arrived=arrived)
            call.request_problem = call.request_problem or _must_be_pushed(query, call)
        call.request_problem = call.request_problem or problem_of_keys(effective, call)
        return Arrival(query, effective, call.request_problem, pushed, arrived)

    def begin(self, arrival: Arrival, call: Call) -> Answer:
        """A person arrives with a request, or returns from a step."""
        authorization = validate(self._server, arrival, call)
        if not isinstance(authorization, Authorization):
            return authorization
        return self._proceed(authorization, arrival, call)

    def decide(self, arrival: Arrival, call: Call, reply: Reply | None) -> Answer:
        """The person answers the consent page, ``None`` declines; the request is validated again, as if it had just
        come."""
        authorization = validate(self._server, arrival, call)
        if not isinstance(authorization, Authorization):
            return authorization
        if reply is None:
            call.find("person_declined")
            over = _used_up(arrival, call)
            if over is not None:
                return over
            note_refusal(authorization, call)
            return _send_back(call, authorization, _error("access_denied", "The person declined."))
        return self._proceed(authorization, arrival, call, reply)

    def is_to_come_again(self, arrival: Arrival) -> bool:
        """Whether a page that stays open has to have another address: one that says that the request came in time."""
        return carries_object(arrival.query) and not arrival.arrived

    def continuation(self, arrival: Arrival, call: Call) -> str:
        """The query string that brings the request back after a step."""
        if carries_object(arrival.query):
            return self._markers.arrived(arrival.query, call.clock.now())
        return arrival.query.encoded(INTERACTION)

    def _proceed(
        self, authorization: Authorization, arrival: Arrival, call: Call, reply: Reply | None = None
    ) -> Answer:
        session, question = call.session, question_of(authorization, call)
        standing = Standing(
            signed_in_for=call.clock.now() - session.auth_time if session else None,
            proved_now=session is not None and self._markers.proves(arrival.query, session.sid, call.clock.now()),
            agreed=not question.asked,
            answered_now=reply is not None,
            details_open=question.details_open,
            is_other=is_other(authorization, call),
            acr=acr_of(session.amr) if session else None,
            chosen_now=session is not None and self._markers.chooses(arrival.query, session.sid, call.clock.now()),
        )
        step = next_step(_wish(authorization, call), standing)
        if step in _REFUSALS:
            return _used_up(arrival, call) or _send_back(call, authorization, _refusal(step, authorization, call))
        if step is not Step.ISSUE or session is None:
            return Interact(step, authorization, question.asked, question.is_kept)
        over = _used_up(arrival, call)
        if over is not None:
            return over
        granted = question.granted(reply.ticked if reply else ())
        call.details = question.settle(granted, reply, call)
        agreed = reply is None and authorization.client.consent == "once"
        return self._issue(call, session, authorization, granted, agreed=agreed)

    def _issue(
        self, call: Call, session: Session, authorization: Authorization, granted: list[str], *, agreed: bool
    ) -> SendBack:
        request = authorization.request
        request.scopes = [scope for scope in authorization.scopes if scope in granted]
        names = [name for name in authorization.claim_names if (scope_of_claim(name) or "openid") in granted]
        call.details |= {"claims": call.claims.only(names)} if names else {}
        if call.resources:
            call.details["resource"] = [resource.name for resource in call.resources]
        if authorization.details:
            call.details[AUTHORIZATION_DETAILS] = list(authorization.details)
        handler = self._server.response_types[request.response_type]
        try:
            take_part(call, authorization, agreed=agreed)
            answer = handler.issue(request, self._server.token_handler)
        except OAuth2Error as error:
            # She has signed out or taken her agreement back meanwhile, or the client's keys cannot be had.
            return _refuse(authorization.effective, call, error)
        return _send_back(call, authorization, {**answer, **self._session_state(session, authorization)})

    def _session_state(self, session: Session, authorization: Authorization) -> dict[str, str]:
        # Only where somebody is authenticated, and only for addresses whose pages can ask.
        if "openid" not in authorization.request.scopes:
            return {}
        client_id, redirect_uri = authorization.client.client_id, authorization.redirect_uri
        state = self._states.session_state(session.sid, client_id, redirect_uri)
        return {"session_state": state} if state else {}


def effective_request(query: Form, call: Call, *, arrived: bool = False) -> Form:
    """The parameters that count, those of a request object included; ``arrived`` as :func:`read_request` has it."""
    effective = read_request(query, call, arrived=arrived)
    response_type = effective.values.get("response_type")
    ordered = ordered_response_type(response_type) if response_type is not None else None
    if ordered is None or ordered == response_type:
        return effective
    values = {**effective.values, "response_type": ordered}
    return Form(values, effective.duplicates, effective.undecodable, effective.repeated)


def validate(server: PortalServer, arrival: Arrival, call: Call) -> Authorization | Unanswerable | SendBack:
    """Whether the request is one that can be answered, whoever will sit before it; else what is to be said."""
    effective = arrival.effective
    for name in ("client_id", "redirect_uri"):
        if name in effective.duplicates or name in effective.undecodable:
            call.find("parameter_repeated", parameter=name)
            return Unanswerable("malformed", sent=name)
    call.duplicates, call.undecodable = effective.duplicates, effective.undecodable
    call.sent_redirect_uri = effective.values.get("redirect_uri")
    call.resource_names = effective.all("resource")
    call.request_problem = arrival.problem
    if isinstance(arrival.problem, PushedRequestOver):
        call.client = call.services.clients.find(effective.values.get("client_id"))
        call.find("pushed_request", state=arrival.problem.reason)
        if "redirect_uri" not in effective.values:
            return Unanswerable("request_over", call.client)
    values = {name: value for name, value in effective.values.items() if name != INTERACTION}
    try:
        scopes, info = server.validate_parsed(
            ParsedRequest(f"{call.issuer}{AUTHORIZE_PATH}", "GET", values, call.headers())
        )
    except FatalClientError as error:
        problem = next((word for kind, word in _PAGE_PROBLEMS if isinstance(error, kind)), "malformed")
        if call.finding is None:
            call.find(problem)
        sent = effective.values.get("redirect_uri" if problem.startswith("redirect") else "client_id")
        return Unanswerable(problem, call.client, sent)
    except OAuth2Error as error:
        return _refuse(effective, call, error)
    if _is_too_long(arrival.query):
        description = "The request is too long to be kept through a sign-in."
        return _refuse(effective, call, InvalidRequestError(description=description))
    if call.client is None:
        raise TypeError("a request that is valid has a client")
    names, details = call.claims.names(), call.authorization_details
    return Authorization(info["request"], call.client, tuple(scopes), info["redirect_uri"], effective, names, details)


def _is_too_long(query: Form) -> bool:
    text = "=".join([*query.values, *query.values.values(), *chain(*query.repeated.values())])
    # Escaped twice, a character of ASCII takes 5 at most (%253D), any other 20. Most requests are short for sure.
    most = (len(text) + 1) * (5 if text.isascii() else 20)
    return most > _LONGEST_REQUEST and len(quote_next(query.encoded(INTERACTION))) > _LONGEST_REQUEST


def _must_be_pushed(query: Form, call: Call) -> OAuth2Error | None:
    client = call.services.clients.find(query.values.get("client_id"))
    if client is None or not client.metadata["require_pushed_authorization_requests"]:
        return None
    return InvalidRequestError(description="This client has to push its requests first (RFC 9126, section 6).")


def _used_up(arrival: Arrival, call: Call) -> Unanswerable | None:
    """``None`` when the request may be answered now: what was pushed is answered once, in the browser that is first."""
    if arrival.pushed is None or call.services.pushed_requests.use(arrival.pushed):
        return None
    call.find("pushed_request", state="used")
    return Unanswerable("request_over", call.client)


def _refuse(effective: Form, call: Call, error: OAuth2Error) -> SendBack:
    # Not every error of oauthlib's knows the redirect URI, which was found good before any of them was raised.
    registered = call.client.redirect_uris if call.client else []
    uri = effective.values.get("redirect_uri") or registered[0]
    code = str(error.error)
    if call.finding is None:
        call.find(_CHECKS.get(type(error), code), problem=error.description)
    description = error.description or _DESCRIPTIONS.get(code, "The request is not right.")
    parameters = _error(code, description)
    if "state" in effective.values and "state" not in effective.duplicates:
        parameters["state"] = effective.values["state"]
    parameters["iss"] = call.issuer
    return sent_back(call, call.client, uri, effective, parameters)


def _send_back(call: Call, authorization: Authorization, answer: Mapping[str, Any]) -> SendBack:
    request = authorization.request
    parameters = {name: str(value) for name, value in answer.items()}
    if request.state:
        parameters.setdefault("state", request.state)
    # iss guards against mix-up: the site can tell which server answered (RFC 9207).
    parameters["iss"] = call.issuer
    return sent_back(call, authorization.client, authorization.redirect_uri, authorization.effective, parameters)


def _error(code: str, description: str) -> dict[str, str]:
    # Sites ignore what they do not know (RFC 6749, section 4.1.2), and their developers can ask for the trace.
    return {"error": code, "error_description": printable(description), "trace_id": current_trace.get()}


_CHECKS: dict[type[Exception], str] = {
    MissingCodeChallengeError: "code_challenge_missing",
    UnsupportedCodeChallengeMethodError: "code_challenge_method",
    InvalidRequestObject: "request_object",
    InvalidRequestUri: "request_object",
}
"""Checks that oauthlib makes by itself, or that are known by their error alone."""

_DESCRIPTIONS = {
    "invalid_scope": "A scope was asked for that this client is not registered for.",
    "unauthorized_client": "This client is not registered for this response_type.",
}
"""What oauthlib leaves unsaid."""

_REFUSALS = {
    Step.REFUSE_LOGIN_REQUIRED: "login_required",
    Step.REFUSE_OTHER_ACCOUNT: "login_required",
    Step.REFUSE_CONSENT_REQUIRED: "consent_required",
    Step.REFUSE_UNMET: "unmet_authentication_requirements",
}
"""Refusals of the dispatcher, as errors (OpenID Connect Core, section 3.1.2.6)."""

_REASONS = {
    "no_session": "nobody is signed in, and prompt=none forbids to show a page.",
    "idle_expired": "the session was not used for too long, and prompt=none forbids to show a page.",
    "max_age_exceeded": "the sign-in is older than the request allows, and prompt=none forbids to show a page.",
    "stronger_sign_in_needed": "the person did not prove who she is as strongly as was demanded.",
    "other_account": "somebody else is signed in than the one who is meant.",
    "consent_missing": "the person has to agree, and prompt=none forbids to show a page.",
}
"""Documented reasons: each stands in front of ``error_description``, for programs to read."""


def _refusal(step: Step, authorization: Authorization, call: Call) -> dict[str, str]:
    reason = _reason(step, call)
    asked = {"max_age": authorization.request.max_age} if reason == "max_age_exceeded" else {}
    call.find(reason, **asked)
    return _error(_REFUSALS[step], f"{reason}: {_REASONS[reason]}")


def _reason(step: Step, call: Call) -> str:
    if step is Step.REFUSE_OTHER_ACCOUNT:
        return "other_account"
    if step is Step.REFUSE_CONSENT_REQUIRED:
        return "consent_missing"
    if step is Step.REFUSE_UNMET:
        return "stronger_sign_in_needed"
    if call.session is not None:
        return "max_age_exceeded"
    cookie = call.session_cookie
    return "idle_expired" if cookie and call.services.sessions.has_idled(cookie) else "no_session"


def _wish(authorization: Authorization, call: Call) -> Wish:
    request, metadata = authorization.request, authorization.client.metadata
    return Wish(
        prompts=frozenset((request.prompt or "").split()),
        max_age=int(request.max_age) if request.max_age is not None else metadata["default_max_age"],
        always_authenticate=metadata["always_authenticate"],
        consent=metadata["consent"],
        acr=frozenset(call.claims.essential_acr),
    )


def is_other(authorization: Authorization, call: Call) -> bool:
    """Whether the request means another person than the one who is signed in."""
    meant = {call.hinted_subject, call.claims.subject} - {None}
    if not meant or call.user is None:
        return False
    return meant != {call.services.subjects.of(call.user, authorization.client)}
