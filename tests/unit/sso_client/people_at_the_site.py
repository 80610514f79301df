"""What tests of session activity have in common: a portal that offers it, and people at the site."""

from __future__ import annotations

from typing import Any

from tests.unit.sso_client.site_under_test import Person

COOKIE = "__Host-sso_project-center"
PATH = "/session_activity"


def is_in(person: Person, app: Any = None) -> bool:
    """Whether she is signed in, after ``app`` has taken the place of her site if one is given."""
    if app is not None:
        cookies = person.cookies()
        person.browser.app = app
        assert cookies
    return bool(person.get("/mine").status_int == 200)


def session(person: Person) -> Any:
    """Her session at the site."""
    return person.browser.app.registry["sso_client.kit"].sessions.find(person.cookies()[COOKIE])
