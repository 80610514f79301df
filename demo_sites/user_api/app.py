"""The app factory of user_api."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.router import Router

from demo_sites.common.api.database import Database
from demo_sites.common.api.setup import add_resource, configure_api
from demo_sites.user_api.directory import SCHEMA, Directory
from demo_sites.user_api.views import change_me, me, one_user, users
from sso_client.backchannel import HttpFactory
from sso_client.clock import Clock


def make_app(settings: Mapping[str, str], *, http: HttpFactory | None = None, clock: Clock | None = None) -> Router:
    """The API as a WSGI application.

    ``settings`` are strings: ``guard.…`` as sso_client/guard/settings.py has them, and ``demo.database``, the API's own
    SQLite file. ``http`` makes the sessions for calls to the portal; ``clock`` says what time it is.
    """
    database = Database(settings.get("demo.database", ":memory:"), SCHEMA)
    config = configure_api("user_api", settings, database, http, clock)
    config.registry["demo.directory"] = Directory(database)
    add_resource(config, "/me", GET=(me, {}), PATCH=(change_me, {"scope": "profile.write"}))
    add_resource(config, "/users", GET=(users, {"scope": "people.read"}))
    add_resource(config, "/users/{id}", GET=(one_user, {"scope": "people.read"}))
    return config.make_wsgi_app()


def main(global_config: Mapping[str, str], **settings: str) -> Router:
    """The same for PasteDeploy: ``use = egg:…#user_api`` in an ini file."""
    return make_app(settings)
