"""The way of the platform's description: the app takes user name and password itself (RFC 6749, section 4.3).

RFC 9700, section 2.4 forbids it for anything new: the app sees the password, no second factor has a place in it, and
no sign-in is shared with other apps.
"""

from __future__ import annotations

from demo_sites.mobile_app.telling import Stopped, masked, shown
from demo_sites.mobile_app.visit import Visit
from sso_client.errors import PortalUnavailable, TokenRefused
from sso_client.tokens import Tokens

TITLE = "The password way: the app asks for user name and password itself."


def sign_in_by_password(visit: Visit, username: str, password: str) -> None:
    """The whole visit. Raises Stopped."""
    visit.telling.title(TITLE)
    visit.knock()
    endpoint = visit.portal.metadata().token_endpoint
    sent = {"grant_type": "password", "client_id": visit.portal.client_id, "username": username, "password": password}
    visit.telling.step(f"It sends what was typed to {endpoint}: {masked(sent)}")
    tokens = _tokens(visit, username, password)
    visit.got(tokens)
    visit.use(tokens)


def _tokens(visit: Visit, username: str, password: str) -> Tokens:
    try:
        return visit.portal.by_password(username, password)
    except TokenRefused as refused:
        if refused.code == "invalid_grant":
            raise Stopped("The user name or password is not right.") from None
        raise Stopped(f"The portal gave no token: {shown(refused.code)}.") from None
    except PortalUnavailable:
        raise Stopped(f"The portal at {visit.portal.issuer} does not answer, or wants us to wait a while.") from None
