"""``/o/logout/``: signing out, asked for by a person or by a site on her behalf."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.protocol.end_session import PARAMETERS, SignOut, read_sign_out
from sso_portal.web.bridge import form_targets, person_call, see_other
from sso_portal.web.cookies import delete_session_cookie
from sso_portal.web.csrf import is_own_form
from sso_portal.web.pages import page, say, site_of
from sso_portal.web.texts import STALE

_PATH = "/o/logout/"


def begin(request: Request) -> Response:
    """Ask, or sign out at once when the site proves that it speaks for this session."""
    return _begin(request, request.query_form.values)


def answer(request: Request) -> Response:
    """The confirmation comes back, or a site asked by POST (RP-Initiated Logout 1.0, section 2)."""
    values = request.body_form.values
    if "decision" not in values:
        return _begin(request, values)
    wish = read_sign_out(values, person_call(request))
    if not is_own_form(request):
        return _confirmation(request, wish, values, problem=STALE)
    if values["decision"] != "sign_out":
        home = wish.client.metadata["client_uri"] if wish.client else ""
        return see_other(request, home or "/")
    return _sign_out(request, wish)


def _begin(request: Request, values: Mapping[str, str]) -> Response:
    wish = read_sign_out(values, person_call(request))
    if request.signed_in is None:
        return see_other(request, wish.continue_to) if wish.continue_to else _signed_out_page(request, wish)
    if wish.confirmed:
        return _sign_out(request, wish)
    return _confirmation(request, wish, values)


def _sign_out(request: Request, wish: SignOut) -> Response:
    if request.signed_in is not None:
        request.unit.sessions.end(request.signed_in[0].sid)
    done = f"{_PATH}?{urlencode({'client_id': wish.client.client_id})}" if wish.client else _PATH
    response = see_other(request, wish.continue_to or done)
    delete_session_cookie(request, response)
    return response


def _confirmation(request: Request, wish: SignOut, values: Mapping[str, str], problem: Any = None) -> Response:
    if request.signed_in is None:
        return _signed_out_page(request, wish)
    kept = [(name, values[name]) for name in PARAMETERS if name in values]
    return page(
        request,
        "sign_out",
        here=f"{_PATH}?{urlencode(kept)}",
        form_targets=form_targets(wish.client),
        action=_PATH,
        fields=kept,
        site=site_of(request, wish.client),
        problem={"kind": "stale", "text": say(request, problem)} if problem else None,
    )


def _signed_out_page(request: Request, wish: SignOut) -> Response:
    site = site_of(request, wish.client)
    return page(request, "signed_out", site=site, continue_url=site["url"] if site else "")
