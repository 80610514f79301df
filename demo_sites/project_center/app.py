"""The app factory of the project center."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.router import Router

from demo_sites.common.api_calls import API_URL
from demo_sites.common.site import configure
from demo_sites.project_center.notes import Notes, notes_path
from sso_client.backchannel import HttpFactory
from sso_client.clock import Clock


def make_app(settings: Mapping[str, str], *, http: HttpFactory | None = None, clock: Clock | None = None) -> Router:
    """The site as a WSGI application.

    ``settings`` are strings: ``sso.issuer``, ``sso.client_id``, ``sso.client_secret``, ``sso.scope`` and what else the
    kit understands, and ``demo.api_url``, the address of project_api, if people are to keep projects of their own
    there. ``http`` makes the sessions for calls to the portal; ``clock`` says what time it is.
    """
    config = configure("project_center", settings, http, clock)
    config.add_route("board", "/")
    config.add_route("list", "/list")
    config.add_route("project", "/projects/{key}")
    config.add_route("note", r"/projects/{key}/notes/{id:[0-9]{1,15}}")
    config.add_route("mine", "/mine")
    if settings.get(API_URL):
        config.add_route("own", "/own")
        config.scan("demo_sites.project_center.own_views")
    kit = config.registry["sso_client.kit"]
    config.registry["demo.notes"] = Notes(notes_path(kit.settings.store))
    config.scan("demo_sites.project_center.views")
    return config.make_wsgi_app()


def main(global_config: Mapping[str, str], **settings: str) -> Router:
    """The same for PasteDeploy: ``use = egg:…#project_center`` in an ini file."""
    return make_app(settings)
