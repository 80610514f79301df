"""The userinfo endpoint (OpenID Connect Core, section 5.3)."""

from __future__ import annotations

from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from sso_portal.base.forms import TooManyFields, parse_form
from sso_portal.protocol.answers import JsonAnswer, refusal
from sso_portal.protocol.call import Call
from sso_portal.protocol.dpop.answers import DPOP_CHALLENGE, with_nonce
from sso_portal.protocol.dpop.proving import DPOP_ERRORS
from sso_portal.protocol.parsed_request import ParsedRequest
from sso_portal.protocol.protected_resource import metadata_address
from sso_portal.protocol.sender_constraints import WrongHolder
from sso_portal.protocol.server import PortalServer


def _challenge(call: Call, said: str = "") -> str:
    """The challenges to whom the portal lets in by a token, the way that was tried first and with what is ``said`` of
    it, and where that is described (RFC 9728, section 5.1; RFC 9449, section 7.2)."""
    bearer = f'Bearer realm="sso-portal", resource_metadata="{metadata_address(call.issuer)}"'
    first, second = (DPOP_CHALLENGE, bearer) if call.presented_as == "DPoP" else (bearer, DPOP_CHALLENGE)
    return f"{first}{said and ', '}{said}, {second}"


def answer_userinfo_request(
    server: PortalServer, call: Call, *, authorization: str | None, query: str, body: bytes, trace_id: str
) -> JsonAnswer:
    """The claims that an access token opens. The token comes in the header or a form body, one of them, never in the
    address (RFC 6750, sections 2 and 5.3); one that is bound to a key comes in the header with a proof (RFC 9449,
    section 7)."""
    authorization = _authorization(authorization, call)
    answer = _answer(server, call, authorization, query, body, trace_id)
    return with_nonce(answer, call)


def _authorization(header: str | None, call: Call) -> str | None:
    """The header as oauthlib knows it; that it said ``DPoP`` is kept on the call."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "dpop":
        return header
    call.presented_as = "DPoP"
    return f"Bearer {token}"


def _answer(
    server: PortalServer, call: Call, authorization: str | None, query: str, body: bytes, trace_id: str
) -> JsonAnswer:
    try:
        in_query, form = parse_form(query).values if query else {}, parse_form(body)
    except TooManyFields:
        challenge = _challenge(call, 'error="invalid_request"')
        return refusal(400, "invalid_request", "There are too many parameters.", trace_id, challenge=challenge)
    in_body = form.values.get("access_token")
    if "access_token" in in_query or "access_token" in form.duplicates or (authorization and in_body):
        return refusal(
            400,
            "invalid_request",
            "The access token belongs in the Authorization header, once.",
            trace_id,
            challenge=_challenge(call, 'error="invalid_request"'),
        )
    if in_body and not authorization:
        authorization = f"Bearer {in_body}"
    if not authorization:
        # Without a token, no error code either (RFC 6750, section 3.1).
        return refusal(401, "invalid_token", "An access token is needed.", trace_id, challenge=_challenge(call))
    try:
        headers = call.headers(authorization)
        told = server.tell_parsed(ParsedRequest(f"{call.issuer}/o/userinfo/", "GET", {}, headers))
    except OAuth2Error as error:
        return _refused(error, call, trace_id)
    if call.access is not None:
        # Last, because the client's keys may have been fetched until here.
        call.services.tokens.note_use(call.access.family)
    return JsonAnswer(200, told) if isinstance(told, dict) else JsonAnswer(200, {}, jwt=told)


def _refused(error: OAuth2Error, call: Call, trace_id: str) -> JsonAnswer:
    if error.error == "invalid_request":
        challenge = _challenge(call, 'error="invalid_request"')
        return refusal(400, "invalid_request", error.description or "", trace_id, challenge=challenge)
    if isinstance(error, WrongHolder) or error.error in DPOP_ERRORS:
        challenge = _challenge(call, f'error="{error.error}"')
        return refusal(401, str(error.error), error.description or "", trace_id, challenge=challenge)
    if error.error == "insufficient_scope" or (call.access is not None and call.access.user is None):
        challenge = _challenge(call, 'error="insufficient_scope", scope="openid"')
        return refusal(
            403, "insufficient_scope", "The access token lacks the scope openid.", trace_id, challenge=challenge
        )
    challenge = _challenge(call, 'error="invalid_token"')
    description = "The access token is unknown, expired, revoked or for another resource."
    return refusal(401, "invalid_token", description, trace_id, challenge=challenge)
