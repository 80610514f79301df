"""Setting a demo API up: the guard, problems, headers, its health and its description."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from pyramid.config import Configurator
from pyramid.registry import Registry
from pyramid.request import Request
from pyramid.response import Response

from demo_sites.common.api.database import Database
from demo_sites.common.api.problems import Problem
from sso_client.backchannel import HttpFactory
from sso_client.clock import Clock, SystemClock
from sso_client.guard import Access
from sso_client.pyramid.guard import access_of

Handler = Callable[[Request], Response]
View = Callable[[Request], Any]

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def configure_api(
    name: str,
    settings: Mapping[str, str],
    database: Database,
    http: HttpFactory | None,
    clock: Clock | None,
) -> Configurator:
    """A Pyramid configurator for the package ``demo_sites.<name>`` behind its guard, ready for its resources.

    ``settings`` holds ``guard.…`` (sso_client/guard/settings.py) and ``demo.…``.
    """
    config = Configurator(package=f"demo_sites.{name}", settings=dict(settings))
    if http is not None:
        config.registry["sso_client.http"] = http
    config.registry["sso_client.clock"] = clock or SystemClock()
    config.registry["demo.database"] = database
    config.include("sso_client.pyramid.guard")
    config.include("demo_sites.common.api.problems")
    config.add_tween("demo_sites.common.api.setup.headers_tween")
    config.add_request_method(now, "now", reify=True)
    description = describe(name, config.registry.settings)
    add_resource(config, "/openapi.json", GET=(lambda request: description, {"public": True}))
    add_resource(config, "/healthz", GET=(health, {"public": True}))
    return config


def add_resource(config: Configurator, path: str, **views: tuple[View, Mapping[str, Any]]) -> None:
    """Answer ``path`` by one view for each method; the others are 405 and told which there are (RFC 9110, 15.5.6).

    With each view stands what it needs: ``{"scope": "…"}``, ``{"public": True}``, or nothing but a token.
    """
    allowed = ", ".join([*views, *(["HEAD"] if "GET" in views else [])])

    def not_allowed(request: Request) -> Response:
        raise Problem(405, f"Only {allowed} can be done here.", headers={"Allow": allowed})

    config.add_route(path, path)
    for method, (view, needs) in views.items():
        config.add_view(view, route_name=path, request_method=method, renderer="json", **needs)
    config.add_view(not_allowed, route_name=path, public=True)


def describe(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The OpenAPI description of an API, with the addresses of this installation in it."""
    text = files(f"demo_sites.{name}").joinpath("openapi.json").read_text("utf-8")
    resource = str(settings.get("guard.public_url") or settings["guard.resource"])
    issuer = str(settings.get("guard.issuer") or settings["sso.issuer"])
    for sign, address in (("{resource}", resource), ("{issuer}", issuer)):
        text = text.replace(sign, json.dumps(address)[1:-1])
    described: dict[str, Any] = json.loads(text)
    return described


def health(request: Request) -> dict[str, str]:
    """Whether the API and its file answer. Raises Problem."""
    if not request.registry["demo.database"].is_alive():
        raise Problem(503, "The database does not answer.")
    return {"status": "up"}


def now(request: Request) -> int:
    """The time, seconds since 1970."""
    moment: int = request.registry["sso_client.clock"].now()
    return moment


def person_of(request: Request) -> Access:
    """The token of a request, which has to be a person's. Raises Problem."""
    access = access_of(request)
    if not access.is_person:
        raise Problem(403, "This is about a person, and the token speaks for no one.")
    return access


def headers_tween(handler: Handler, registry: Registry) -> Handler:
    """Adds the security headers to whatever the API answers."""

    def answer(request: Request) -> Response:
        response = handler(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return answer
