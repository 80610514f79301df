"""The guard of an API: who calls, for whom, and may they?

Owns: access tokens as an API sees them (RFC 6750, 7662, 9068 and 9449), refusals, CORS, the resource's metadata.
Never: signs anybody in, keeps a token where it can be read, or lets a request in because the portal is away.
Asked by: APIs. Any WSGI application with `Guard.protect`, Pyramid by `config.include("sso_client.pyramid.guard")`.

    guard = Guard(read_guard_settings(settings))
    app = guard.protect(app, [Rule("/health", public=True), Rule("/lessons", scope="learning.read")])

    def app(environ, start_response):
        access = environ["sso.access"]     # an Access; None where the rule says public
        access.subject, access.username, access.client_id, access.has("learning.read")
        token = guard.on_behalf_of(access, audience="project_api", scope="projects.read")
"""

from __future__ import annotations

from sso_client.guard.access import Access
from sso_client.guard.guard import Guard
from sso_client.guard.refusal import Refused
from sso_client.guard.rules import Rule
from sso_client.guard.settings import GuardSettings, read_guard_settings

__all__ = ["Access", "Guard", "GuardSettings", "Refused", "Rule", "read_guard_settings"]
