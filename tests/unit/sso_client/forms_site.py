"""A site with forms and with pages that demand more than any sign-in, and a person who fills the forms in."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.response import Response

from sso_client import Demand
from sso_client.background import at_once
from tests.unit.sso_client.provider import MovableClock, Provider, ProviderAdapter
from tests.unit.sso_client.site_under_test import SITE, Person, call_api, mine, settings

STRONG = "urn:example:strong"
DEMANDS = {
    "fresh": Demand(max_age=300),
    "now": Demand(max_age=0),
    "strong": Demand(acr_values=f"{STRONG} urn:example:stronger"),
    "both": Demand(max_age=300, acr_values=STRONG),
}


def make_forms_site(adapter: ProviderAdapter, clock: MovableClock, **more: str) -> Any:
    config = Configurator(settings=settings(adapter.provider, **more))
    config.registry["sso_client.http"] = adapter.session
    config.registry["sso_client.clock"] = clock
    config.registry["sso_client.background"] = at_once
    config.registry["received"] = []
    config.registry["fault"] = ""
    config.include("sso_client.pyramid")
    config.add_route("api", "/api")
    config.add_view(call_api, route_name="api", sign_in=True)
    for name, demand in {"note": True, "mine": True, **DEMANDS}.items():
        config.add_route(name, f"/{name}")
        config.add_view(mine, route_name=name, request_method="GET", sign_in=demand)
        config.add_view(take, route_name=name, request_method="POST", sign_in=demand)
    return config.make_wsgi_app()


def take(request: Any) -> Response:
    """The view behind the form: notes what it receives, or fails as it is told to."""
    fault = request.registry["fault"]
    if fault == "crash":
        raise RuntimeError("the site's database is away")
    if fault == "refused":
        raise HTTPBadRequest
    if fault == "invalid":
        return Response("the title is missing", status=422)
    request.registry["received"].append((request.path_qs, list(request.POST.items())))
    return Response(f"saved {request.sso.csrf_token_is_right()}")


class Writer(Person):
    """A person who fills in forms."""

    def __init__(self, app: Any, provider: Provider) -> None:
        super().__init__(app, provider)
        self.registry = app.registry

    @property
    def received(self) -> list[Any]:
        return list(self.registry["received"])

    def post(self, path: str, fields: Any, **headers: str) -> Any:
        told = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Referer": SITE + "/mine?tab=2"}
        sent = {name: value for name, value in {**told, **headers}.items() if value}
        return self.browser.post(path, fields, headers=sent, expect_errors=True)

    def finish_sign_in(self, answer: Any) -> Any:
        """Go from the redirect to the portal all the way to the page that follows."""
        assert answer.status_int == 303 and answer.location.startswith(self.provider.issuer), answer
        back = self.come_back(answer.location)
        assert back.status_int == 303, back.text
        return self.get(back.location.removeprefix(SITE))

    def park(self, path: str = "/note", fields: Any = (("title", "A"), ("text", "B"))) -> Any:
        """Send a form without a session, sign in, and return the page about the kept form."""
        return self.finish_sign_in(self.post(path, list(fields)))

    def send(self, page: Any) -> Any:
        """Press *Send it now*."""
        return self.press(page, 0)

    def press(self, page: Any, number: int) -> Any:
        form = page.forms[number]
        return self.post(form.action, form.submit_fields(), Referer="", Origin="null")
