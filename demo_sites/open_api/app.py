"""The app factory of open_api."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.router import Router

from demo_sites.common.api.database import Database
from demo_sites.common.api.setup import add_resource, configure_api
from demo_sites.open_api.learning import SCHEMA, Learning
from demo_sites.open_api.views import catalogue, lessons, me, statistics, videos
from sso_client.backchannel import HttpFactory
from sso_client.clock import Clock, SystemClock


def make_app(settings: Mapping[str, str], *, http: HttpFactory | None = None, clock: Clock | None = None) -> Router:
    """The API as a WSGI application.

    ``settings`` are strings: ``guard.…`` as sso_client/guard/settings.py has them, and ``demo.database``, the API's own
    SQLite file. ``http`` makes the sessions for calls to the portal; ``clock`` says what time it is.
    """
    clock = clock or SystemClock()
    database = Database(settings.get("demo.database", ":memory:"), SCHEMA)
    config = configure_api("open_api", settings, database, http, clock)
    config.registry["demo.learning"] = Learning(database, clock.now())
    add_resource(config, "/me", GET=(me, {}))
    add_resource(config, "/catalogue", GET=(catalogue, {"public": True}))
    add_resource(config, "/lessons", GET=(lessons, {"scope": "learning.read"}))
    add_resource(config, "/videos", GET=(videos, {"scope": "videos.read"}))
    add_resource(config, "/statistics", GET=(statistics, {"scope": "learning.statistics"}))
    return config.make_wsgi_app()


def main(global_config: Mapping[str, str], **settings: str) -> Router:
    """The same for PasteDeploy: ``use = egg:…#open_api`` in an ini file."""
    return make_app(settings)
