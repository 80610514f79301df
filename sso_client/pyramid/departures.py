"""The way to the portal."""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

from typing import Any

from sso_client.attempt import LIFETIME_SECONDS
from sso_client.departure import NOTHING_MORE, Wish
from sso_client.errors import PortalUnavailable
from sso_client.pyramid.answers import forget, redirect, set_cookie, unavailable


def depart(request: Any, next_path: str, *, again: bool = False, wish: Wish = NOTHING_MORE) -> Any:
    """Send the browser to the portal, to come back to `next_path`."""
    sso = request.sso
    redirect_uri = sso.root + "/sso/callback"
    try:
        departure = sso.kit.departures(secure=sso.secure).depart(
            next_path, redirect_uri, sso.cookies, again=again, wish=wish
        )
    except PortalUnavailable as problem:
        problem.next_path = next_path
        return unavailable(request, problem)
    response = redirect(departure.location)
    for name in departure.dropped:
        forget(request, response, name)
    set_cookie(request, response, departure.cookie_name, departure.cookie_value, LIFETIME_SECONDS)
    return response
