"""A small Pyramid site that uses the kit, and a person at her browser."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import webtest
from pyramid.config import Configurator
from pyramid.response import Response

from sso_client.background import at_once
from tests.unit.sso_client.provider import API, MovableClock, Provider, ProviderAdapter

SITE = "https://project.example.test"


def settings(provider: Provider, **more: str) -> dict[str, str]:
    return {
        "sso.issuer": provider.issuer,
        "sso.client_id": provider.client_id,
        "sso.client_secret": provider.client_secret,
        "sso.scope": "openid profile",
        "sso.store": ":memory:",
        "sso.timeout": "0.5",
        **{f"sso.{name}": value for name, value in more.items()},
    }


def make_site(adapter: ProviderAdapter, clock: MovableClock, **more: str) -> Any:
    config = Configurator(settings=settings(adapter.provider, **more))
    config.registry["sso_client.http"] = adapter.session
    config.registry["sso_client.clock"] = clock
    config.registry["sso_client.background"] = at_once
    config.include("sso_client.pyramid")
    for name, path, view, needs_sign_in in (
        ("home", "/", home, False),
        ("mine", "/mine", mine, True),
        ("other", "/other", mine, True),
        ("api", "/api", call_api, True),
        ("open_api", "/open-api", call_api, False),
    ):
        config.add_route(name, path)
        config.add_view(view, route_name=name, sign_in=needs_sign_in)
    return config.make_wsgi_app()


def home(request: Any) -> Response:
    return Response(f"public {request.authenticated_userid} {request.GET.get('sign_in', '')}")


def mine(request: Any) -> Response:
    person = request.identity
    return Response(f"{person.username}|{person.subject}|{person.name}|{request.query_string}")


def call_api(request: Any) -> Response:
    answer = request.sso.api().request(request.method, API + "/me")
    return Response(json_body={"status": answer.status_code, **answer.json()})


class Person:
    """Somebody with a browser that has the site open; the portal lets her in without asking."""

    def __init__(self, app: Any, provider: Provider, base: str = SITE) -> None:
        self.provider = provider
        self.base = base
        self.browser = webtest.TestApp(app, extra_environ=self.environ(base))

    @staticmethod
    def environ(base: str) -> dict[str, str]:
        parts = urlsplit(base)
        return {"wsgi.url_scheme": parts.scheme, "HTTP_HOST": parts.netloc}

    def get(self, path: str, **options: Any) -> Any:
        return self.browser.get(path, expect_errors=True, **options)

    def leave(self, path: str = "/mine") -> str:
        """Ask for a page that needs sign-in and return where the browser is sent."""
        answer = self.get(path)
        assert answer.status_int == 303, answer.text
        return str(answer.location)

    def come_back(self, location: str, **options: Any) -> Any:
        return self.return_to(self.provider.authorize(location, **options))

    def return_to(self, callback: str) -> Any:
        assert callback.startswith(self.base + "/sso/callback?")
        return self.get(callback.removeprefix(self.base))

    def sign_in(self, path: str = "/mine") -> Any:
        """Go the whole way and return the page that was asked for."""
        answer = self.come_back(self.leave(path))
        assert answer.status_int == 303 and answer.location == self.base + path, answer
        return self.get(path)

    def cookies(self, part: str = "") -> dict[str, str]:
        return {name: value for name, value in self.browser.cookies.items() if part in name}
