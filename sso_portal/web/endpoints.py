"""Registering addresses, safe by default: each lists its methods, any other is answered 405 with ``Allow``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPMethodNotAllowed
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.web.cors import cross_origin, preflight

View = Callable[[Request], Response]


def add_endpoint(
    config: Configurator,
    path: str,
    *,
    get: View | None = None,
    post: View | None = None,
    put: View | None = None,
    delete: View | None = None,
    shared: bool = False,
) -> None:
    """Serve ``path``; one that ends with a slash is served without it too, directly (a redirected POST is lost).

    Views of forms check the CSRF token themselves, because a stale one shows the same page again. ``shared`` answers
    may be read by pages of other origins.
    """
    pattern = f"{path[:-1]}{{slash:/?}}" if path.endswith("/") and path != "/" else path
    config.add_route(path, pattern)
    methods = {("GET", "HEAD"): get, ("POST",): post, ("PUT",): put, ("DELETE",): delete}
    allowed: list[str] = []
    for names, view in methods.items():
        if view is not None:
            allowed.extend(names)
            config.add_view(_plain(cross_origin(view) if shared else view), route_name=path, request_method=names)
    if shared:
        config.add_view(_plain(preflight(", ".join(allowed))), route_name=path, request_method="OPTIONS")
        allowed.append("OPTIONS")
    config.add_view(_not_allowed(allowed), route_name=path)


def _plain(view: View) -> Callable[[Any, Request], Response]:
    def plain(_context: Any, request: Request) -> Response:
        return view(request)

    return plain


def _not_allowed(allowed: list[str]) -> Callable[[Any, Request], Response]:
    def refuse(_context: Any, _request: Request) -> Response:
        error = HTTPMethodNotAllowed()
        error.headers["Allow"] = ", ".join(allowed)
        raise error

    return refuse
