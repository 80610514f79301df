"""The browser's own note of who is signed in: what the frame at ``/o/check_session/`` compares with.

OpenID Connect Session Management 1.0, section 3.2. It is no secret and proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.services.sessions import Account
from sso_portal.web.cookies import (
    browser_states_cookie,
    delete_browser_states_cookie,
    other_session_cookies,
    session_cookie,
    set_browser_states_cookie,
)


def note_browser_states(request: Request, response: Response, accounts: Sequence[Account]) -> None:
    """Let the browser note its sessions, for as long as it keeps a cookie of one of them."""
    remembered = [account.session.expires_at for account in accounts if account.session.remember_me]
    max_age = max(remembered) - request.portal.clock.now() if remembered else None
    if accounts:
        set_browser_states_cookie(request, response, _states(request, accounts), max_age)
    else:
        delete_browser_states_cookie(request, response)


def mend_browser_states(request: Request, response: Response) -> None:
    """Note what the browser has lost, or has not heard of yet: a session from before, one that ended elsewhere."""
    if not session_cookie(request) and not other_session_cookies(request):
        # Frames of other sites come without those cookies (SameSite), which says nothing.
        return
    living, noted = request.accounts.living, browser_states_cookie(request)
    if set(noted) != set(_states(request, living)):
        note_browser_states(request, response, living)


def _states(request: Request, accounts: Sequence[Account]) -> list[str]:
    return [request.portal.browser_states.of(account.session.sid) for account in accounts]
