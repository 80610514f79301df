"""Endpoints that a site's server calls with a form: one view for all of them."""

from __future__ import annotations

from collections.abc import Callable

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.protocol.answers import JsonAnswer
from sso_portal.web.bridge import json_response, machine_call


def machine_endpoint(answer: Callable[..., JsonAnswer]) -> Callable[[Request], Response]:
    """A view that hands the request to the protocol as it came, and sends what that answers."""

    def view(request: Request) -> Response:
        environ = request.environ
        return json_response(
            answer(
                request.portal.server,
                machine_call(request),
                body=request.body,
                content_type=environ.get("CONTENT_TYPE", ""),
                query=environ.get("QUERY_STRING", ""),
                authorization=environ.get("HTTP_AUTHORIZATION"),
                trace_id=request.trace_id,
            )
        )

    return view
