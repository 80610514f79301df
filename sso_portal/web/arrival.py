"""A person has just proved who she is: her session begins, and she goes on to where she was going."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.forms import Form
from sso_portal.base.urls import quote_next
from sso_portal.protocol.vocabulary import AUTHORIZE_PATH, CREATE_PATH
from sso_portal.services.clients import Client
from sso_portal.services.sessions import Account
from sso_portal.services.users import User
from sso_portal.web.accounts import make_current
from sso_portal.web.bridge import authorization_query, requesting_client, see_other
from sso_portal.web.loops import forget_bounces


def sign_in(request: Request, user: User, target: str, *, remember_me: bool = False, asked: bool = False) -> Response:
    """Begin her session, or go on with the one that this browser has of her, and send her on to ``target``. ``asked``
    says that a proof was asked for."""
    known = request.accounts.of(user)
    session, cookie = request.unit.sessions.begin(
        user,
        remember_me=remember_me,
        address=request.address,
        user_agent=request.environ.get("HTTP_USER_AGENT", ""),
        old_cookie=known.cookie if known is not None else None,
    )
    query = authorization_query(target)
    # Where others are signed in too, the site might otherwise be answered for one of them.
    asked = asked or any(other.user.id != user.id for other in request.accounts.living)
    if query is not None and (asked or _wants_a_proof(query, requesting_client(request, query))):
        # She proved herself for this very request: the authorization endpoint will not ask a second time.
        target = f"{AUTHORIZE_PATH}?{request.portal.markers.add(query, session.sid, request.portal.clock.now())}"
    return _go_on(request, Account(cookie, session, user), target)


def choose(request: Request, account: Account, target: str) -> Response:
    """Go on to ``target`` as one of the people who are signed in in this browser. It proves nothing anew."""
    query = authorization_query(target)
    if query is not None:
        sid, now = account.session.sid, request.portal.clock.now()
        target = f"{AUTHORIZE_PATH}?{request.portal.markers.choose(query, sid, now)}"
    return _go_on(request, account, target)


def _go_on(request: Request, account: Account, target: str) -> Response:
    response = see_other(request, target)
    make_current(request, response, account)
    forget_bounces(request, response)
    return response


def _wants_a_proof(query: Form, client: Client | None) -> bool:
    """Whether a sign-in from before may not be enough for a request; who was signed out has no ``prompt`` to tell."""
    # What a request object says is read later; it may wish for one too.
    if any(name in query.values for name in ("prompt", "max_age", "request", "request_uri", "id_token_hint", "claims")):
        return True
    if client is None:
        return False
    return bool(client.metadata["always_authenticate"]) or client.metadata["default_max_age"] is not None


def create_url(request: Request, target: str) -> str:
    """Where a newcomer on her way to ``target`` creates an account; empty when people may not."""
    return f"{CREATE_PATH}?next={quote_next(target)}" if request.portal.settings.sign_up.enabled else ""
