"""For whoever watches: alive, and ready."""

from __future__ import annotations

from contextlib import suppress

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.errors import KeysUnreadable
from sso_portal.web.endpoints import add_endpoint


def includeme(config: Configurator) -> None:
    """Register the endpoints."""
    add_endpoint(config, "/healthz", get=alive)
    add_endpoint(config, "/readyz", get=ready)


def alive(_request: Request) -> Response:
    """The process answers."""
    return Response(json={"status": "alive"})


def ready(request: Request) -> Response:
    """The database answers, has today's shape, and the keys can be read."""
    checks = {"database": False, "migrations": False, "keys": False}
    with suppress(*request.portal.unavailable, KeysUnreadable):
        checks["migrations"] = request.portal.is_migrated()
        checks["database"] = True
        checks["keys"] = checks["migrations"] and request.unit.keys.are_ready()
    good = all(checks.values())
    return Response(json={"status": "ready" if good else "not ready", "checks": checks}, status=200 if good else 503)
