"""``/o/token/``."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.protocol.token import answer_token_request
from sso_portal.web.bridge import json_response, machine_call


def exchange(request: Request) -> Response:
    """Exchange a grant for tokens (RFC 6749, section 3.2)."""
    environ = request.environ
    answer = answer_token_request(
        request.portal.server,
        machine_call(request),
        body=request.body,
        content_type=environ.get("CONTENT_TYPE", ""),
        query=environ.get("QUERY_STRING", ""),
        authorization=environ.get("HTTP_AUTHORIZATION"),
        trace_id=request.trace_id,
    )
    return json_response(answer)
