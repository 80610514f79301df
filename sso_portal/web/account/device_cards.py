"""A person's sign-ins as her page of devices shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request

from sso_portal.services.sessions import Participation, Session
from sso_portal.web.account.device_names import device_name
from sso_portal.web.moments import is_now, moment
from sso_portal.web.pages import say, site_of

_ = TranslationStringFactory("sso_portal")

_PLACES = {"this_machine": _("this machine"), "internal": _("internal network"), "unknown": ""}

_REASONS = {
    "signed_out": _("you signed out"),
    "ended_elsewhere": _("you signed out from another device"),
    "ended_by_administrator": _("an administrator ended it"),
    "password_changed": _("the password was changed"),
    "account_disabled": _("the account was disabled"),
    "account_changed": _("others signed in in that browser"),
    "expired": _("it was not used for a while, or its time was over"),
}


def device_card(request: Request, session: Session, taking_part: Sequence[Participation]) -> dict[str, Any]:
    """A sign-in that goes on, with the sites among ``taking_part`` that it is in."""
    is_here = session.sid == request.signed_in[0].sid
    parts = [part for part in taking_part if part.sid == session.sid and part.ended_at is None]
    return {
        "sid": session.sid,
        "name": device_name(request, session.user_agent),
        **_place(request, session),
        "is_here": is_here,
        "is_active": is_here or is_now(request, session.last_seen_at),
        "used": moment(request, session.last_seen_at),
        "began": moment(request, session.created_at),
        "ends": moment(request, session.expires_at),
        "remembered": session.remember_me,
        "sites": [_site(request, part) for part in parts],
    }


def ended_line(request: Request, session: Session) -> dict[str, Any]:
    """A sign-in that is over: what it was, when it ended and why."""
    ended_at = session.idle_expires_at if session.ended_at is None else session.ended_at
    because = session.ended_because or "expired"
    return {
        "name": device_name(request, session.user_agent),
        **_place(request, session),
        "ended": moment(request, ended_at),
        "because": say(request, _REASONS[because]) if because in _REASONS else "",
    }


def _site(request: Request, part: Participation) -> dict[str, Any]:
    site = site_of(request, request.unit.clients.find(part.client_id))
    shown = site or {"client_id": part.client_id, "name": part.client_id, "logo_url": ""}
    return {**shown, "used": moment(request, part.last_used_at), "is_active": is_now(request, part.last_used_at)}


def _place(request: Request, session: Session) -> dict[str, str]:
    """Where it is, and the address by which that is known."""
    place = request.portal.places.of(session.address, request.locale_name)
    name = place.name or say(request, _PLACES.get(place.kind, ""))
    return {"place": name, "address": session.address}
