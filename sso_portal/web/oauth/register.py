"""``/o/register/``: sites that register themselves. There only when the settings say so."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.protocol import registration
from sso_portal.web.bridge import json_response, machine_call


def create(request: Request) -> Response:
    """Register a client."""
    return json_response(
        registration.register(
            request.unit.registrations,
            machine_call(request),
            body=request.body,
            content_type=request.environ.get("CONTENT_TYPE", ""),
            token=_bearer(request),
            trace_id=request.trace_id,
        )
    )


def read(request: Request) -> Response:
    """Tell a registration."""
    unit, call = request.unit, machine_call(request)
    return json_response(
        registration.read(
            unit.registrations, call, _client_id(request), token=_bearer(request), trace_id=request.trace_id
        )
    )


def replace(request: Request) -> Response:
    """Change a registration."""
    return json_response(
        registration.replace(
            request.unit.registrations,
            machine_call(request),
            _client_id(request),
            body=request.body,
            content_type=request.environ.get("CONTENT_TYPE", ""),
            token=_bearer(request),
            trace_id=request.trace_id,
        )
    )


def remove(request: Request) -> Response:
    """Withdraw a registration."""
    token, trace_id = _bearer(request), request.trace_id
    return json_response(
        registration.remove(request.unit.registrations, _client_id(request), token=token, trace_id=trace_id)
    )


def _client_id(request: Request) -> str:
    return str(request.matchdict["client_id"])


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
