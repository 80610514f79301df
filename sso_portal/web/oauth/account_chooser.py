"""The account chooser: who of the people signed in in this browser goes on. A part of ``/o/login/``."""

from __future__ import annotations

from typing import Any

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.services.sessions import Account
from sso_portal.web.arrival import choose
from sso_portal.web.bridge import authorization_query, form_targets, login_url, requesting_client, see_other
from sso_portal.web.pages import page, say, shown_person, site_of

_ = TranslationStringFactory("sso_portal")

SOMEBODY_NEW = "new"
"""Instead of a session: none of the people that this browser knows."""

GONE = _("That account has been signed out meanwhile. Choose once more, or sign in.")


def is_choice(request: Request, prompt: str, account: str) -> bool:
    """Whether it is to be asked first who of several people is there."""
    if prompt == "login" or account == SOMEBODY_NEW or request.accounts.find(account) is not None:
        return False
    return bool(request.accounts.living)


def chosen(request: Request, target: str, sid: str) -> Response | None:
    """Somebody was chosen: go on as her, or to the password if she was away for too long; ``None`` when her session is
    not one of this browser's, or no longer."""
    account = request.accounts.find(sid)
    if account is None:
        return None
    if not account.is_living:
        return see_other(request, login_url(target, "select_account", sid))
    return choose(request, account, target)


def chooser_page(request: Request, target: str, prompt: str, problem: Any = None) -> Response:
    """The page with everybody on it."""
    client = requesting_client(request, authorization_query(target))
    return page(
        request,
        "choose_account",
        here=login_url(target, prompt),
        form_targets=form_targets(client),
        next=target,
        prompt=prompt,
        site=site_of(request, client),
        accounts=[_shown(account) for account in request.accounts.known],
        another_url=login_url(target, "select_account", SOMEBODY_NEW),
        problem={"kind": "stale", "text": say(request, problem)} if problem else None,
    )


def _shown(account: Account) -> dict[str, Any]:
    return {**shown_person(account.user), "sid": account.session.sid, "is_living": account.is_living}
