"""The app factory of the talent center."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.router import Router

from demo_sites.common.api_calls import API_URL
from demo_sites.common.site import configure
from sso_client.backchannel import HttpFactory
from sso_client.clock import Clock


def make_app(settings: Mapping[str, str], *, http: HttpFactory | None = None, clock: Clock | None = None) -> Router:
    """The site as a WSGI application.

    ``settings`` are strings: ``sso.issuer``, ``sso.client_id``, ``sso.client_secret``, ``sso.scope`` and what else the
    kit understands, and ``demo.api_url``, the address of user_api, if the directory is to be shown. ``http`` makes the
    sessions for calls to the portal; ``clock`` says what time it is.
    """
    config = configure("talent_center", settings, http, clock)
    config.add_route("people", "/")
    config.add_route("profile", "/people/{username}")
    config.add_route("mine", "/mine")
    config.add_route("contract", "/mine/contract")
    if settings.get(API_URL):
        config.add_route("colleagues", "/colleagues")
        config.scan("demo_sites.talent_center.colleague_views")
    config.scan("demo_sites.talent_center.views")
    return config.make_wsgi_app()


def main(global_config: Mapping[str, str], **settings: str) -> Router:
    """The same for PasteDeploy: ``use = egg:…#talent_center`` in an ini file."""
    return make_app(settings)
