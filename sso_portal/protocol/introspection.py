"""Token introspection (RFC 7662): an API asks what a token stands for."""

from __future__ import annotations

from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from sso_portal.protocol.answers import JsonAnswer, parsed, refusal_of, token_refusal
from sso_portal.protocol.call import Call
from sso_portal.protocol.form_endpoint import read_form
from sso_portal.protocol.server import PortalServer
from sso_portal.protocol.vocabulary import INTROSPECT_PATH


def answer_introspection_request(
    server: PortalServer,
    call: Call,
    *,
    body: bytes,
    content_type: str,
    query: str,
    authorization: str | None,
    trace_id: str,
) -> JsonAnswer:
    """Tell an authenticated client about a token; what it may not know of is *not active* (section 2.2)."""
    form = read_form(body, content_type, query, trace_id)
    if isinstance(form, JsonAnswer):
        return form
    if "token" not in form.values:
        return token_refusal("invalid_request", "token is missing.", trace_id)
    try:
        _, text, status = server.create_introspect_response(
            f"{call.issuer}{INTROSPECT_PATH}", "POST", form.encoded("token_type_hint"), call.headers(authorization)
        )
    except OAuth2Error as error:
        return refusal_of(error, trace_id)
    answer = parsed(text)
    if status != 200:  # noqa: PLR2004
        return token_refusal(answer["error"], answer.get("error_description", ""), trace_id)
    return JsonAnswer(200, answer)
