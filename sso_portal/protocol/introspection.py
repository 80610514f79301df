"""Token introspection (RFC 7662): an API asks what a token stands for, and may have it signed (RFC 9701)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from sso_portal.protocol.answers import JsonAnswer, refusal_of, token_refusal
from sso_portal.protocol.call import Call
from sso_portal.protocol.form_endpoint import FormRequest
from sso_portal.protocol.parsed_request import ParsedRequest
from sso_portal.protocol.responses_for_clients import packed
from sso_portal.protocol.server import PortalServer
from sso_portal.protocol.vocabulary import INTROSPECT_PATH
from sso_portal.services.profiles import signs_messages

_TYPE = "token-introspection+jwt"


def answer_introspection_request(server: PortalServer, call: Call, sent: FormRequest) -> JsonAnswer:
    """Tell an authenticated client about a token; what it may not know of is *not active* (section 2.2)."""
    form = sent.form
    if "token" not in form.values:
        return token_refusal("invalid_request", "token is missing.", sent.trace_id)
    try:
        headers = call.headers(sent.authorization)
        # The hint is left out: one look-up finds either kind, and a wrong one must not matter (section 2.1).
        values = {name: value for name, value in form.values.items() if name != "token_type_hint"}
        answer = server.introspect_parsed(ParsedRequest(f"{call.issuer}{INTROSPECT_PATH}", "POST", values, headers))
    except OAuth2Error as error:
        return refusal_of(error, sent.trace_id)
    told = _signed(answer, call, sent.trace_id) if _wants_signed(call) else JsonAnswer(200, answer)
    if call.family is not None:
        # Last, because the caller's keys may have been fetched until here.
        call.services.tokens.note_use(call.family)
    return told


def _wants_signed(call: Call) -> bool:
    """Whether the caller asks for a JWT, and does not take it back with a weight of nothing; or its profile does."""
    if call.client is not None and signs_messages(call.client.metadata):
        return True
    for wish in call.accept.lower().split(","):
        kind, *parameters = (part.strip() for part in wish.split(";"))
        if kind == f"application/{_TYPE}":
            return not any(parameter.startswith("q=") and not parameter.strip("q=0.") for parameter in parameters)
    return False


def _signed(answer: dict[str, Any], call: Call, trace_id: str) -> JsonAnswer:
    """The answer as something that its API can keep as evidence (RFC 9701, section 5)."""
    if call.client is None:
        raise TypeError("who asks is known by now")
    claims = {
        "iss": call.issuer,
        "aud": call.client.client_id,
        "iat": call.clock.now(),
        "token_introspection": answer,
    }
    try:
        jwt = packed("introspection", claims, call, call.client, media=_TYPE)
    except OAuth2Error as error:
        return refusal_of(error, trace_id)
    return JsonAnswer(200, {}, jwt=jwt, jwt_type=f"application/{_TYPE}")
