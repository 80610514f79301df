"""The pushed authorization request endpoint (RFC 9126, sections 2 and 3)."""

from __future__ import annotations

from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from sso_portal.base.forms import Form
from sso_portal.protocol.answers import JsonAnswer, refusal_of, token_refusal
from sso_portal.protocol.authorization import Arrival, effective_request, validate
from sso_portal.protocol.authorization_answers import Authorization, Unanswerable
from sso_portal.protocol.call import Call
from sso_portal.protocol.client_authentication import authenticated_client
from sso_portal.protocol.dpop.answers import with_nonce
from sso_portal.protocol.form_endpoint import FormRequest
from sso_portal.protocol.pushed_requests import kept
from sso_portal.protocol.sender_constraints import bind_authorization
from sso_portal.protocol.server import PortalServer
from sso_portal.protocol.vocabulary import PUSHED_AUTHORIZATION_PATH
from sso_portal.services.clients import Client

_PROBLEMS = {
    "redirect_missing": "redirect_uri is missing; only a client with exactly one registered may leave it out.",
    "redirect_unregistered": "redirect_uri is not one that the client has registered.",
}
"""What is a page for the person elsewhere is told to the client here (section 2.3)."""


def answer_pushed_authorization_request(server: PortalServer, call: Call, sent: FormRequest) -> JsonAnswer:
    """Check a request as if a browser had come with it, and give the client a reference to it."""
    form = sent.form
    if "request_uri" in form.values:
        return token_refusal("invalid_request", "request_uri is not pushed (RFC 9126, section 2.1).", sent.trace_id)
    uri = f"{call.issuer}{PUSHED_AUTHORIZATION_PATH}"
    try:
        client = authenticated_client(Request(uri, "POST", form.encoded(), call.headers(sent.authorization)))
    except OAuth2Error as error:
        return refusal_of(error, sent.trace_id)
    call.client = client
    arrival = _read(form, client, call)
    if arrival.problem is not None:
        call.find("request_object", problem=arrival.problem.description)
        return refusal_of(arrival.problem, sent.trace_id)
    return with_nonce(_answer(server, arrival, call, client, sent.trace_id), call)


def _read(form: Form, client: Client, call: Call) -> Arrival:
    # The name may stand in the client's credentials alone.
    named = Form({**form.values, "client_id": client.client_id}, repeated=form.repeated)
    if "request" in form.values:
        # Everything else has to be in the object (section 3).
        named = Form({name: named.values[name] for name in ("client_id", "request")})
    effective = effective_request(named, call)
    # What a browser will bring is short, however long the request itself is.
    return Arrival(Form({"client_id": client.client_id}), effective, call.request_problem)


def _answer(server: PortalServer, arrival: Arrival, call: Call, client: Client, trace_id: str) -> JsonAnswer:
    outcome = validate(server, arrival, call)
    if isinstance(outcome, Unanswerable):
        description = _PROBLEMS.get(outcome.problem, "The request cannot be read.")
        return token_refusal("invalid_request", description, trace_id)
    if not isinstance(outcome, Authorization):
        parameters = outcome.parameters
        return token_refusal(parameters["error"], parameters["error_description"], trace_id)
    pushed = call.services.pushed_requests
    try:
        effective = bind_authorization(call, outcome.effective)
    except OAuth2Error as error:
        return refusal_of(error, trace_id)
    request_uri = pushed.push(client.client_id, kept(effective))
    return JsonAnswer(201, {"request_uri": request_uri, "expires_in": pushed.seconds})
