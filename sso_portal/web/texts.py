"""Sentences for people that more than one page says."""

from __future__ import annotations

from typing import Any

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request

from sso_portal.services.api_scopes import description_of
from sso_portal.services.authorization_details import Entry
from sso_portal.services.detail_sentences import Told, told
from sso_portal.services.scopes import is_declinable
from sso_portal.web.pages import format_time, format_wait, say

_ = TranslationStringFactory("sso_portal")

STALE = _("The page had been open for a while. Nothing is lost; press the button once more.")
_TOO_MANY = _("There were too many tries. You can try again in ${wait}, at ${time}; waiting helps, trying does not.")

_SENTENCES: dict[str, Any] = {
    "openid": _("Know that it is you when you come back"),
    "profile": _("See your profile, such as name, picture and birthday"),
    "email": _("See your e-mail address"),
    "address": _("See your postal address"),
    "phone": _("See your phone number"),
    "roles": _("See your roles in the company"),
    "offline_access": _("Keep its access while you are signed out"),
    "all": _("Act for you in everything this portal offers"),
}

_CONSEQUENCES: dict[str, Any] = {
    "email": _("Without it, ${site} cannot write to you."),
    "address": _("Without it, ${site} cannot send you anything by post."),
    "phone": _("Without it, ${site} cannot call you."),
    "roles": _("Without it, ${site} may offer you less than your roles allow."),
    "offline_access": _("Without it, ${site} can do nothing for you after you sign out."),
}


def sentence(request: Request, scope: str) -> str:
    """What a scope lets a site do, as a sentence that goes on from *{site} would like to*."""
    if scope in _SENTENCES:
        return say(request, _SENTENCES[scope])
    described = description_of(scope, request.locale_name, request.unit.clients.known())
    return described or say(request, _("Use the permission “${scope}”"), scope=scope)


def consequence(request: Request, scope: str, site: str) -> str:
    """What will not work when a scope is declined; empty when nobody knows."""
    return say(request, _CONSEQUENCES[scope], site=site) if scope in _CONSEQUENCES else ""


def scope_choice(request: Request, name: str, site: str) -> dict[str, Any]:
    """A scope as the pages that ask for consent show it."""
    return {
        "name": name,
        "sentence": sentence(request, name),
        "consequence": consequence(request, name, site),
        "declinable": is_declinable(name),
        "ticked": False,
    }


def told_detail(request: Request, entry: Entry) -> Told:
    """An authorization detail as the consent page says it."""
    return told(entry, request.portal.detail_types.of(entry), request.locale_name)


def too_many_tries(request: Request, until: int) -> str:
    """Says how long somebody who tried too often has to wait."""
    seconds = wait_seconds(request, until)
    return say(request, _TOO_MANY, wait=format_wait(request, seconds), time=format_time(request, until))


def wait_seconds(request: Request, until: int) -> int:
    """The same wait in whole seconds, at least one, as ``Retry-After`` tells it."""
    now: int = request.portal.clock.now()
    return max(1, until - now)
