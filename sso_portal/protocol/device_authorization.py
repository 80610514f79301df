"""The device authorization endpoint (RFC 8628, sections 3.1 and 3.2)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from sso_portal.base.user_codes import show_user_code
from sso_portal.protocol.answers import JsonAnswer, refusal, token_refusal
from sso_portal.protocol.call import Call
from sso_portal.protocol.form_endpoint import FormRequest
from sso_portal.protocol.server import PortalServer
from sso_portal.protocol.vocabulary import AUTHORIZATION_DETAILS, DEVICE_AUTHORIZATION_PATH, DEVICE_PATH, DEVICE_QR_PATH
from sso_portal.services.client_metadata import DEVICE_CODE
from sso_portal.services.device_codes import Begun

_DESCRIPTIONS = {
    "invalid_scope": "A scope was asked for that this client is not registered for.",
    "unauthorized_client": "This client is not registered for the device authorization grant.",
}
"""What oauthlib leaves unsaid."""


def answer_device_authorization_request(server: PortalServer, call: Call, sent: FormRequest) -> JsonAnswer:
    """Give a device the code it polls with and the one it shows."""
    form = sent.form
    if AUTHORIZATION_DETAILS in form.values:
        # The page at which a device's code is typed shows scopes only.
        description = "authorization_details cannot be asked for by a device."
        return token_refusal("invalid_request", description, sent.trace_id)
    request = Request(
        f"{call.issuer}{DEVICE_AUTHORIZATION_PATH}", "POST", form.encoded(), call.headers(sent.authorization)
    )
    try:
        server.grants[DEVICE_CODE].validate_device_authorization_request(request)
    except OAuth2Error as error:
        description = error.description or _DESCRIPTIONS.get(str(error.error), "")
        return token_refusal(str(error.error), description, sent.trace_id)
    begun = call.services.device_codes.begin(request.client_id, " ".join(request.scopes))
    if begun is None:
        return refusal(503, "temporarily_unavailable", "No code is free at the moment.", sent.trace_id)
    return JsonAnswer(200, _answer(call, begun))


def _answer(call: Call, begun: Begun) -> dict[str, Any]:
    """``verification_qr_uri`` is ours: a picture of ``verification_uri_complete`` that a device can simply show."""
    user_code = show_user_code(begun.user_code)
    query = urlencode({"user_code": user_code})
    return {
        "device_code": begun.device_code,
        "user_code": user_code,
        "verification_uri": f"{call.issuer}{DEVICE_PATH}",
        "verification_uri_complete": f"{call.issuer}{DEVICE_PATH}?{query}",
        "verification_qr_uri": f"{call.issuer}{DEVICE_QR_PATH}?{query}",
        "expires_in": call.services.device_codes.code_seconds,
        "interval": call.services.device_codes.poll_seconds,
    }
