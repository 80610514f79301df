"""Fourth floor, front door: HTTP in, HTTP out.

Owns: addresses, cookies, pages, languages, security headers, the mapping of outcomes to status codes.
Never: decides a protocol question or touches the database; imports neither SQLAlchemy nor oauthlib.
Asked by: browsers and relying sites.
"""

from __future__ import annotations

from pyramid.config import Configurator

AREAS = (
    "sso_portal.web.ways",
    "sso_portal.web.transactions",
    "sso_portal.web.requests",
    "sso_portal.web.limits",
    "sso_portal.web.security",
    "sso_portal.web.request_log",
    "sso_portal.web.locale",
    "sso_portal.web.pages",
    "sso_portal.web.assets",
    "sso_portal.web.errors",
    "sso_portal.web.overload",
    "sso_portal.web.health",
    "sso_portal.web.home",
    "sso_portal.web.preferences",
    "sso_portal.web.oauth",
    "sso_portal.web.account",
)


def includeme(config: Configurator) -> None:
    """Furnish every room of the front door."""
    for area in AREAS:
        config.include(area)
