"""Registering addresses, safe by default: each lists its methods, any other is answered 405 with ``Allow``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    methods = {"GET": get, "HEAD": get, "POST": post, "PUT": put, "DELETE": delete}
    views = {name: cross_origin(view) if shared else view for name, view in methods.items() if view is not None}
    if shared:
        views["OPTIONS"] = preflight(", ".join(views))
    config.add_view(_by_method(views), route_name=path)


def _by_method(views: Mapping[str, View]) -> Callable[[Any, Request], Response]:
    # One view, which looks the method up: Pyramid would go through all of them and their conditions.
    allowed = ", ".join(views)

    def answer(_context: Any, request: Request) -> Response:
        view = views.get(request.environ["REQUEST_METHOD"])
        if view is None:
            error = HTTPMethodNotAllowed()
            error.headers["Allow"] = allowed
            raise error
        return view(request)

    return answer
