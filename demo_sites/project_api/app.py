"""The app factory of project_api."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.router import Router

from demo_sites.common.api.database import Database
from demo_sites.common.api.setup import add_resource, configure_api
from demo_sites.project_api import project_views, task_views
from demo_sites.project_api.owners import Owners
from demo_sites.project_api.projects import SCHEMA, Projects
from demo_sites.project_api.tasks import Tasks
from sso_client.backchannel import HttpFactory
from sso_client.clock import Clock

READ = {"scope": "projects.read"}
WRITE = {"scope": "projects.write"}


def make_app(settings: Mapping[str, str], *, http: HttpFactory | None = None, clock: Clock | None = None) -> Router:
    """The API as a WSGI application.

    ``settings`` are strings: ``guard.…`` as sso_client/guard/settings.py has them, ``demo.database``, the API's own
    SQLite file, and, if names are wanted, ``demo.user_api_url``. ``http`` makes the sessions for calls to the portal
    and to user_api; ``clock`` says what time it is.
    """
    database = Database(settings.get("demo.database", ":memory:"), SCHEMA)
    config = configure_api("project_api", settings, database, http, clock)
    registry = config.registry
    registry["demo.projects"] = Projects(database)
    registry["demo.tasks"] = Tasks(database)
    registry["demo.owners"] = Owners(database, registry["sso_client.guard"], settings.get("demo.user_api_url", ""))
    add_resource(config, "/me", GET=(project_views.me, {}))
    add_resource(config, "/projects", GET=(project_views.projects, READ), POST=(project_views.create, WRITE))
    add_resource(
        config,
        "/projects/{id:[0-9]{1,15}}",
        GET=(project_views.one_project, READ),
        PATCH=(project_views.change, WRITE),
        DELETE=(project_views.delete, WRITE),
    )
    add_resource(
        config, "/projects/{id:[0-9]{1,15}}/tasks", GET=(task_views.tasks, READ), POST=(task_views.create, WRITE)
    )
    add_resource(
        config,
        "/projects/{id:[0-9]{1,15}}/tasks/{task:[0-9]{1,15}}",
        GET=(task_views.one_task, READ),
        PATCH=(task_views.change, WRITE),
        DELETE=(task_views.delete, WRITE),
    )
    return config.make_wsgi_app()


def main(global_config: Mapping[str, str], **settings: str) -> Router:
    """The same for PasteDeploy: ``use = egg:…#project_api`` in an ini file."""
    return make_app(settings)
