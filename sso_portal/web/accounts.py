"""The people of one browser: whose sessions it keeps, and who of them is the current one.

The cookie of the current one is ``sso_session``; those of the others stand beside it. All of them are secrets: the
``sid`` of a session, which sites know, opens nothing that the browser has not got the cookie of.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.services.sessions import Account
from sso_portal.services.users import User
from sso_portal.web.browser_states import note_browser_states
from sso_portal.web.cookies import (
    MAXIMUM_OTHERS,
    delete_session_cookie,
    other_session_cookies,
    session_cookie,
    set_other_session_cookies,
    set_session_cookie,
)
from sso_portal.web.sign_outs import tell_sites


@dataclass(frozen=True)
class Accounts:
    """``known`` are all that the browser keeps, the current one first and then the last used first; ``current`` is
    ``None`` when nobody has been chosen, or she was away for too long."""

    current: Account | None = None
    known: Sequence[Account] = ()

    @property
    def living(self) -> Sequence[Account]:
        """Those who are signed in."""
        return [account for account in self.known if account.is_living]

    @property
    def others(self) -> Sequence[Account]:
        """Those who are signed in besides the current one."""
        return [account for account in self.living if account is not self.current]

    def find(self, sid: str) -> Account | None:
        """The one with this session, signed in or away for too long."""
        return next((account for account in self.known if account.session.sid == sid), None)

    def of(self, user: User) -> Account | None:
        """The one of this person, signed in if she is."""
        own = [account for account in self.known if account.user.id == user.id]
        return next((account for account in own if account.is_living), next(iter(own), None))


def accounts_of(request: Request) -> Accounts:
    """Who is signed in in this browser: one statement, however many there are."""
    cookie, others = session_cookie(request), other_session_cookies(request)
    if not others:
        found = request.unit.sessions.find(cookie) if cookie else None
        current = Account(cookie or "", *found) if found else None
        return Accounts(current, (current,)) if current else Accounts()
    # Whoever has the current cookie comes first, should it stand among the others too.
    known = request.unit.sessions.in_browser(list(dict.fromkeys([cookie or "", *others])))
    known.sort(key=lambda account: (account.cookie != cookie, -account.session.last_seen_at))
    current = known[0] if known and known[0].cookie == cookie and known[0].is_living else None
    return Accounts(current, tuple(known))


def make_current(request: Request, response: Response, account: Account) -> None:
    """Let the browser go on as this person; whoever was the current one stays signed in beside her.

    When there are too many, the one who was there longest ago is signed out.
    """
    others = [other for other in request.accounts.known if other.user.id != account.user.id]
    others.sort(key=lambda other: (not other.is_living, -other.session.last_seen_at))
    for other in others[MAXIMUM_OTHERS:]:
        receipt = request.unit.sign_outs.end(other.session.sid, "account_changed") if other.is_living else None
        if receipt is not None:
            tell_sites(request, receipt)
    _keep(request, response, account, others[:MAXIMUM_OTHERS])


def forget_accounts(request: Request, response: Response, sids: Collection[str]) -> None:
    """Take the sessions that have ended from the browser, and no others."""
    current = request.accounts.current
    left = [account for account in request.accounts.known if account.session.sid not in sids]
    _keep(request, response, current if current in left else None, [one for one in left if one is not current])


def _keep(request: Request, response: Response, current: Account | None, others: Sequence[Account]) -> None:
    note_browser_states(request, response, [one for one in (current, *others) if one is not None and one.is_living])
    for remembered in (False, True):
        group = [other for other in others if other.session.remember_me is remembered]
        values = [other.cookie for other in group]
        set_other_session_cookies(request, response, values, _max_age(request, group), remembered=remembered)
    if current is None:
        delete_session_cookie(request, response)
    elif current.cookie != session_cookie(request):
        set_session_cookie(request, response, current.cookie, _max_age(request, [current]))


def _max_age(request: Request, accounts: Sequence[Account]) -> int | None:
    """How long the browser keeps their cookie, in seconds; ``None``: until it is closed."""
    ends = [account.session.expires_at for account in accounts if account.session.remember_me]
    return max(ends) - int(request.portal.clock.now()) if ends else None
