"""Choosing language and theme: a link on every page, back to where one was."""

from __future__ import annotations

from urllib.parse import urlsplit

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.forms import TooManyFields, parse_form
from sso_portal.base.urls import local_path
from sso_portal.web.bridge import see_other
from sso_portal.web.cookies import set_preference_cookie
from sso_portal.web.endpoints import add_endpoint
from sso_portal.web.hints import hints
from sso_portal.web.locale import LOCALES, write_choice

THEMES = ("auto", "light", "dark")


def includeme(config: Configurator) -> None:
    """Register the endpoint."""
    add_endpoint(config, "/preferences", get=choose)


def choose(request: Request) -> Response:
    """Remember a choice of language or theme and go back. It changes nothing but how pages look."""
    values = request.query_form.values
    target = local_path(values.get("next")) or "/"
    response = see_other(request, target)
    locale, theme = values.get("locale"), values.get("theme")
    if locale in LOCALES:
        set_preference_cookie(request, response, "locale", write_choice(locale, _wished_at(request, target)))
    if theme in THEMES:
        set_preference_cookie(request, response, "theme", theme)
    return response


def _wished_at(request: Request, target: str) -> str:
    """The ``ui_locales`` that the page at ``target`` will see."""
    try:
        values = hints(request, parse_form(urlsplit(target).query))
        inner = hints(request, parse_form(urlsplit(values.get("next", "")).query))
    except (TooManyFields, ValueError):
        return ""
    return values.get("ui_locales") or inner.get("ui_locales", "")
