"""``/o/userinfo/``."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.protocol.userinfo import answer_userinfo_request
from sso_portal.web.bodies import body_of
from sso_portal.web.bridge import json_response, machine_call
from sso_portal.web.traces import record_refusal


def tell(request: Request) -> Response:
    """Tell the claims that an access token opens (OpenID Connect Core, section 5.3)."""
    # A body means nothing with GET (RFC 6750, section 2.2).
    is_form = request.method == "POST" and request.content_type == "application/x-www-form-urlencoded"
    call = machine_call(request)
    answer = answer_userinfo_request(
        request.portal.server,
        call,
        authorization=request.environ.get("HTTP_AUTHORIZATION"),
        query=request.environ.get("QUERY_STRING", ""),
        body=body_of(request) if is_form else b"",
        trace_id=request.trace_id,
    )
    if answer.error not in {None, "use_dpop_nonce"}:
        record_refusal(request, "userinfo", str(answer.error), call, description=answer.body.get("error_description"))
    return json_response(answer)
