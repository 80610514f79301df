"""``/account/devices``: where a person is signed in, and how she signs out there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.urls import quote_next
from sso_portal.protocol.vocabulary import ACCOUNT_DEVICES_PATH, LOGIN_PATH, LOGOUT_PATH
from sso_portal.services.sessions import Participation, Session
from sso_portal.services.sign_outs import Receipt
from sso_portal.web.account.device_cards import device_card, ended_line
from sso_portal.web.account.device_notes import done_path, gone_path, note_of
from sso_portal.web.accounts import forget_accounts
from sso_portal.web.bridge import see_other
from sso_portal.web.csrf import is_own_form
from sso_portal.web.pages import page, say
from sso_portal.web.sign_outs import receipt_path, tell_sites
from sso_portal.web.texts import STALE

_ = TranslationStringFactory("sso_portal")

_MOST_DEVICES = 50
_MOST_ENDED = 100
_ENDED_SECONDS = 30 * 86_400
_FIELDS = {"end", "sid", "client_id"}


def show(request: Request) -> Response:
    """The list, or the question whether all other devices are meant."""
    if request.signed_in is None:
        return _to_sign_in(request)
    return _question(request) if request.query_form.values.get("end") == "others" else _list(request)


def answer(request: Request) -> Response:
    """Sign out on one device, of one site on one device, or on all other devices; what is over already stays so."""
    form = request.body_form
    if request.signed_in is None:
        return _to_sign_in(request)
    end = form.values.get("end", "")
    if not is_own_form(request):
        problem = {"kind": "stale", "text": say(request, STALE)}
        return _question(request, problem) if end == "others" else _list(request, problem)
    if form.duplicates & _FIELDS:
        return see_other(request, ACCOUNT_DEVICES_PATH)
    if end == "others":
        return _end_others(request)
    session = _hers(request, form.values.get("sid", ""))
    if end == "site":
        return _end_site(request, session, form.values.get("client_id", ""))
    return _end_device(request, session) if end == "device" else see_other(request, ACCOUNT_DEVICES_PATH)


def _to_sign_in(request: Request) -> Response:
    return see_other(request, f"{LOGIN_PATH}?next={quote_next(ACCOUNT_DEVICES_PATH)}")


def _hers(request: Request, sid: str) -> Session | None:
    """Her session with this identifier. One that is somebody else's is as unknown as one that never was."""
    session: Session | None = request.unit.sessions.get(sid)
    return session if session is not None and session.user_id == request.signed_in[1].id else None


def _end_device(request: Request, session: Session | None) -> Response:
    if session is not None and session.sid == request.signed_in[0].sid:
        return _sign_out_here(request, session)
    receipt = request.unit.sign_outs.end(session.sid, "ended_elsewhere") if session is not None else None
    return _told(request, [receipt] if receipt is not None else [])


def _sign_out_here(request: Request, session: Session) -> Response:
    receipt = request.unit.sign_outs.end(session.sid, "signed_out")
    if receipt is not None:
        tell_sites(request, receipt)
    response = see_other(request, receipt_path(receipt) if receipt is not None else LOGOUT_PATH)
    forget_accounts(request, response, [session.sid])
    return response


def _end_site(request: Request, session: Session | None, client_id: str) -> Response:
    receipt = request.unit.sign_outs.end_site(session, client_id) if session is not None and client_id else None
    return _told(request, [receipt] if receipt is not None else [])


def _end_others(request: Request) -> Response:
    session, user = request.signed_in
    return _told(request, request.unit.sign_outs.end_all_of(user, "ended_elsewhere", but=session))


def _told(request: Request, receipts: Sequence[Receipt]) -> Response:
    if not receipts:
        return see_other(request, gone_path())
    tell_sites(request, *receipts)
    return see_other(request, done_path(receipts))


def _going_on(request: Request) -> list[Session]:
    """Her sessions, that of this browser first."""
    session, user = request.signed_in
    # This very session may have been ended by another request in the meantime, and be shown for the last time.
    return [session, *(other for other in request.unit.sessions.going_on(user) if other.sid != session.sid)]


def _list(request: Request, problem: dict[str, str] | None = None) -> Response:
    sessions, user = _going_on(request), request.signed_in[1]
    shown = sessions[:_MOST_DEVICES]
    taking_part: Sequence[Participation] = request.unit.sessions.participations(shown)
    over: Sequence[Session] = request.unit.sessions.over_lately(user, _ENDED_SECONDS, _MOST_ENDED)
    return page(
        request,
        "devices",
        here=ACCOUNT_DEVICES_PATH,
        devices=[device_card(request, session, taking_part) for session in shown],
        further=len(sessions) - len(shown),
        ended=[ended_line(request, session) for session in over],
        note=note_of(request, shown, over),
        problem=problem,
        others_url=f"{ACCOUNT_DEVICES_PATH}?end=others" if len(sessions) > 1 else "",
    )


def _question(request: Request, problem: dict[str, str] | None = None) -> Response:
    others = _going_on(request)[1:]
    if not others:
        return see_other(request, ACCOUNT_DEVICES_PATH)
    shown = others[:_MOST_DEVICES]
    cards: list[dict[str, Any]] = [device_card(request, session, ()) for session in shown]
    return page(
        request,
        "devices_others",
        here=f"{ACCOUNT_DEVICES_PATH}?end=others",
        devices=cards,
        further=len(others) - len(shown),
        problem=problem,
    )
