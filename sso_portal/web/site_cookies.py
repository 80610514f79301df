"""Cookies on the hosts of protected sites: for one host alone, never for a domain, and none of the portal's own."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.hashing import fingerprint
from sso_portal.base.ids import TOKEN_LENGTH
from sso_portal.web.forwarded import Forwarded
from sso_portal.web.sent_cookies import sent_cookie

_BEGUN = "sso_site_begun"
_SITE = "sso_site"


def site_cookie(request: Request, forwarded: Forwarded) -> str | None:
    """What a browser has brought for its sign-in at the site."""
    return _get(request, _name(_SITE, forwarded))


def set_site_cookie(response: Response, forwarded: Forwarded, value: str, max_age: int | None) -> None:
    """Give the browser its sign-in at the site; without ``max_age`` (seconds) it forgets it when it closes."""
    _set(response, forwarded, _SITE, value, max_age)


def begun_cookie(request: Request, forwarded: Forwarded) -> str | None:
    """By what a browser proves that it has begun to sign in at the site."""
    return _get(request, _name(_BEGUN, forwarded))


def set_begun_cookie(response: Response, forwarded: Forwarded, value: str, max_age: int) -> None:
    """Note that this browser begins to sign in."""
    _set(response, forwarded, _BEGUN, value, max_age)


def _name(name: str, forwarded: Forwarded) -> str:
    # Cookies do not know ports, so sites on one host have names of their own.
    own = f"{name}_{fingerprint(forwarded.client.client_id)}"
    # The prefix makes browsers refuse the cookie from other hosts and over plain HTTP (RFC 6265bis, section 4.1.3.2).
    return f"__Host-{own}" if forwarded.site.is_https else own


def _set(response: Response, forwarded: Forwarded, name: str, value: str, max_age: int | None) -> None:
    response.set_cookie(
        _name(name, forwarded),
        value,
        max_age=max_age,
        path="/",
        secure=forwarded.site.is_https,
        httponly=True,
        samesite="Lax",
    )


def _get(request: Request, name: str) -> str | None:
    value = sent_cookie(request.environ, name) or ""
    return value if len(value) == TOKEN_LENGTH and value.isalnum() else None
