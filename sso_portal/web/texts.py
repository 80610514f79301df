"""Sentences for people that more than one page says."""

from __future__ import annotations

from typing import Any

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request

from sso_portal.web.pages import say

_ = TranslationStringFactory("sso_portal")

STALE = _("The page had been open for a while. Nothing is lost; press the button once more.")

_SENTENCES: dict[str, Any] = {
    "openid": _("Know that it is you when you come back"),
    "profile": _("See your name and user name"),
    "email": _("See your e-mail address"),
    "all": _("Act for you in everything this portal offers"),
}

_CONSEQUENCES: dict[str, Any] = {
    "email": _("Without it, ${site} cannot write to you."),
}


def sentence(request: Request, scope: str) -> str:
    """What a scope lets a site do, as a sentence that goes on from *{site} would like to*."""
    if scope in _SENTENCES:
        return say(request, _SENTENCES[scope])
    return say(request, _("Use the permission “${scope}”"), scope=scope)


def consequence(request: Request, scope: str, site: str) -> str:
    """What will not work when a scope is declined; empty when nobody knows."""
    return say(request, _CONSEQUENCES[scope], site=site) if scope in _CONSEQUENCES else ""
