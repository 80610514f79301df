"""The token endpoint (RFC 6749, section 3.2)."""

from __future__ import annotations

from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from sso_portal.base.forms import REPEATABLE
from sso_portal.protocol.answers import JsonAnswer, refusal_of, token_refusal
from sso_portal.protocol.authorization_details import GRANTS_WITH_DETAILS
from sso_portal.protocol.call import Call
from sso_portal.protocol.dpop.answers import with_nonce
from sso_portal.protocol.form_endpoint import FormRequest
from sso_portal.protocol.parsed_request import ParsedRequest
from sso_portal.protocol.server import PortalServer
from sso_portal.protocol.vocabulary import AUTHORIZATION_DETAILS, TOKEN_PATH


def answer_token_request(server: PortalServer, call: Call, sent: FormRequest) -> JsonAnswer:
    """Exchange a grant for tokens."""
    return with_nonce(_answer(server, call, sent), call)


def _answer(server: PortalServer, call: Call, sent: FormRequest) -> JsonAnswer:
    form, trace_id = sent.form, sent.trace_id
    if "grant_type" not in form.values:
        return token_refusal("invalid_request", "grant_type is missing.", trace_id)
    if AUTHORIZATION_DETAILS in form.values and form.values["grant_type"] not in GRANTS_WITH_DETAILS:
        description = "authorization_details are not for this grant_type."
        return token_refusal("invalid_request", description, trace_id)
    call.resource_names, call.audiences = form.all("resource"), form.all("audience")
    try:
        values = {name: value for name, value in form.values.items() if name not in REPEATABLE}
        headers = call.headers(sent.authorization)
        answer = server.answer_parsed(ParsedRequest(f"{call.issuer}{TOKEN_PATH}", "POST", values, headers))
    except OAuth2Error as error:
        return refusal_of(error, trace_id)
    return JsonAnswer(200, answer)
