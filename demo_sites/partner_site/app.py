"""The app factory of the partner site."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.router import Router

from demo_sites.common.site import configure
from demo_sites.partner_site.ended import ConnectionEnded
from sso_client.backchannel import HttpFactory
from sso_client.clock import Clock


def make_app(settings: Mapping[str, str], *, http: HttpFactory | None = None, clock: Clock | None = None) -> Router:
    """The site as a WSGI application.

    ``settings`` are strings: ``sso.issuer``, ``sso.client_id``, ``sso.client_secret``, ``sso.scope``, ``sso.resource``
    and what else the kit understands; ``demo.api_url`` is the address of open_api. ``http`` makes the sessions for
    calls to the portal and the API; ``clock`` says what time it is.
    """
    config = configure("partner_site", settings, http, clock)
    config.add_view_predicate("connection_ended", ConnectionEnded)
    config.add_route("home", "/")
    config.add_route("connect", "/connect")
    config.add_route("call", "/connect/call")
    config.add_route("again", "/connect/again")
    config.add_route("mine", "/mine")
    config.scan("demo_sites.partner_site.views")
    return config.make_wsgi_app()


def main(global_config: Mapping[str, str], **settings: str) -> Router:
    """The same for PasteDeploy: ``use = egg:…#partner_site`` in an ini file."""
    return make_app(settings)
