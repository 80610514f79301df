"""The userinfo endpoint (OpenID Connect Core, section 5.3)."""

from __future__ import annotations

from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from sso_portal.base.forms import TooManyFields, parse_form
from sso_portal.protocol.answers import JsonAnswer, parsed, refusal
from sso_portal.protocol.call import Call
from sso_portal.protocol.server import PortalServer

_REALM = 'Bearer realm="sso-portal"'


def answer_userinfo_request(
    server: PortalServer, call: Call, *, authorization: str | None, query: str, body: bytes, trace_id: str
) -> JsonAnswer:
    """The claims that an access token opens. The token comes in the header or a form body, one of them, never in the
    address (RFC 6750, sections 2 and 5.3)."""
    try:
        in_query, form = parse_form(query).values, parse_form(body)
    except TooManyFields:
        challenge = f'{_REALM}, error="invalid_request"'
        return refusal(400, "invalid_request", "There are too many parameters.", trace_id, challenge=challenge)
    in_body = form.values.get("access_token")
    if "access_token" in in_query or "access_token" in form.duplicates or (authorization and in_body):
        return refusal(
            400,
            "invalid_request",
            "The access token belongs in the Authorization header, once.",
            trace_id,
            challenge=f'{_REALM}, error="invalid_request"',
        )
    if in_body and not authorization:
        authorization = f"Bearer {in_body}"
    if not authorization:
        # Without a token, no error code either (RFC 6750, section 3.1).
        return refusal(401, "invalid_token", "An access token is needed.", trace_id, challenge=_REALM)
    try:
        headers, text, _ = server.create_userinfo_response(
            f"{call.issuer}/o/userinfo/", "GET", None, call.headers(authorization)
        )
    except OAuth2Error as error:
        return _refused(error, call, trace_id)
    if headers["Content-Type"] == "application/jwt":
        return JsonAnswer(200, {}, jwt=text)
    return JsonAnswer(200, parsed(text))


def _refused(error: OAuth2Error, call: Call, trace_id: str) -> JsonAnswer:
    if error.error == "invalid_request":
        challenge = f'{_REALM}, error="invalid_request"'
        return refusal(400, "invalid_request", error.description or "", trace_id, challenge=challenge)
    if error.error == "insufficient_scope" or (call.access is not None and call.access.user is None):
        challenge = f'{_REALM}, error="insufficient_scope", scope="openid"'
        return refusal(
            403, "insufficient_scope", "The access token lacks the scope openid.", trace_id, challenge=challenge
        )
    challenge = f'{_REALM}, error="invalid_token"'
    description = "The access token is unknown, expired or revoked."
    return refusal(401, "invalid_token", description, trace_id, challenge=challenge)
