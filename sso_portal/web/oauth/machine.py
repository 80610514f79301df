"""Endpoints that a site's server calls with a form: one view for all of them."""

from __future__ import annotations

from collections.abc import Callable

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.protocol.answers import JsonAnswer
from sso_portal.protocol.dpop.answers import with_nonce
from sso_portal.protocol.form_endpoint import FormEndpoint, FormRequest, read_form
from sso_portal.web.bodies import body_of
from sso_portal.web.bridge import json_response, machine_call
from sso_portal.web.traces import record_refusal

_NO_FAULT = {"authorization_pending", "slow_down", "use_dpop_nonce"}
"""Refusals that are part of the way."""


def machine_endpoint(kind: str, answer: FormEndpoint) -> Callable[[Request], Response]:
    """A view that hands the request to the protocol as it came, and sends what that answers; ``kind`` names it in
    traces."""

    def view(request: Request) -> Response:
        environ, call = request.environ, machine_call(request)
        query, trace_id = environ.get("QUERY_STRING", ""), request.trace_id
        form = read_form(body_of(request), environ.get("CONTENT_TYPE", ""), query, trace_id)
        if isinstance(form, JsonAnswer):
            answered = with_nonce(form, call)
        else:
            sent = FormRequest(form, environ.get("HTTP_AUTHORIZATION"), trace_id)
            answered = answer(request.portal.server, call, sent)
        if answered.error is not None and answered.error not in _NO_FAULT:
            description = answered.body.get("error_description")
            record_refusal(request, kind, answered.error, call, description=description)
        return json_response(answered)

    return view
