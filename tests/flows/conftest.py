"""A third site for the stories: what it shows it asks the portal for, in the person's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from sso_testkit import SingleSignOn
from sso_testkit.site import KIT_PATHS
from sso_testkit.sso import PORTAL

API_SITE = "https://api.example.test"


def _who(request: Request) -> Response:
    answer = request.sso.api().get(f"{PORTAL}/o/userinfo/")
    return Response(text=f"the portal says {answer.json().get('preferred_username')}", status=answer.status_code)


def _make(settings: Mapping[str, str], *, http: Any, clock: Any) -> Any:
    config = Configurator(settings=dict(settings))
    config.registry["sso_client.http"], config.registry["sso_client.clock"] = http, clock
    config.include("sso_client.pyramid")
    config.add_route("who", "/who")
    config.add_view(_who, route_name="who", sign_in=True)
    return config.make_wsgi_app()


@pytest.fixture
def api_site(sso: SingleSignOn) -> str:
    """The address of a site whose page ``/who`` calls the portal with the person's token at every view."""
    sso.add_site(API_SITE, _make, client={"client_id": "api-site", "client_name": "API Site", **KIT_PATHS})
    return API_SITE


@pytest.fixture
def rows(sso: SingleSignOn) -> Callable[[str], list[tuple[Any, ...]]]:
    """Every row of a query to the portal's database."""

    def run(query: str) -> list[tuple[Any, ...]]:
        with sso.portal.database.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    return run
