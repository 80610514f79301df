"""The start page: a welcome, or the launcher with the sites a person can enter."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.web.endpoints import add_endpoint
from sso_portal.web.pages import page, site_of

_SEARCH_FROM = 10


def includeme(config: Configurator) -> None:
    """Register the endpoint."""
    add_endpoint(config, "/", get=home)


def home(request: Request) -> Response:
    """Signed out a short welcome, signed in the launcher."""
    if request.signed_in is None:
        return page(request, "home")
    wanted = request.query_form.values.get("q", "")[:100]
    # Sites that registered themselves are nobody's recommendation.
    clients = [client for client in request.unit.clients.known() if not client.registered_itself]
    sites = [site_of(request, client) for client in clients if client.metadata["client_uri"]]
    known = sorted((site for site in sites if site is not None), key=lambda site: str(site["name"]).casefold())
    shown = [site for site in known if wanted.casefold() in f"{site['name']} {site['host']}".casefold()]
    return page(request, "launcher", sites=shown, q=wanted, show_search=len(known) >= _SEARCH_FROM)
