"""The portal's cookies: names, flags, lifetimes."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response
from webob.cookies import parse_cookie

_YEAR = 31_536_000


def _name(request: Request, name: str) -> str:
    # The prefix makes browsers refuse the cookie from other hosts and over plain HTTP (RFC 6265bis, section 4.1.3.2).
    return f"__Host-{name}" if request.portal.settings.is_https else name


def _set(request: Request, response: Response, name: str, value: str, max_age: int | None) -> None:
    response.set_cookie(
        _name(request, name),
        value,
        max_age=max_age,
        path="/",
        secure=request.portal.settings.is_https,
        httponly=True,
        samesite="Lax",
    )


def _get(request: Request, name: str) -> str | None:
    # Not request.cookies: one that is not UTF-8, whoever has planted it, would make all of them unreadable.
    wanted = _name(request, name).encode()
    value = dict(parse_cookie(request.environ.get("HTTP_COOKIE", ""))).get(wanted)
    return value.decode() if value and len(value) <= 500 and value.isascii() else None  # noqa: PLR2004


def session_cookie(request: Request) -> str | None:
    """The value of the session cookie, if the browser sent one."""
    return _get(request, "sso_session")


def set_session_cookie(request: Request, response: Response, value: str, max_age: int | None) -> None:
    """Give the browser its session; without ``max_age`` (seconds) it forgets it when it closes."""
    _set(request, response, "sso_session", value, max_age)


def delete_session_cookie(request: Request, response: Response) -> None:
    """Take the session from the browser."""
    _set(request, response, "sso_session", "", 0)


def csrf_cookie(request: Request) -> str | None:
    """The browser's CSRF token, if it has one."""
    return _get(request, "sso_csrf")


def set_csrf_cookie(request: Request, response: Response, value: str) -> None:
    """Give the browser a CSRF token."""
    _set(request, response, "sso_csrf", value, None)


def bounce_cookie(request: Request) -> str | None:
    """How often the browser has just been sent back to a site."""
    return _get(request, "sso_bounces")


def set_bounce_cookie(request: Request, response: Response, value: str, max_age: int) -> None:
    """Count for a few seconds (``max_age``)."""
    _set(request, response, "sso_bounces", value, max_age)


def preference_cookie(request: Request, name: str) -> str | None:
    """A person's choice of language or theme."""
    return _get(request, f"sso_{name}")


def set_preference_cookie(request: Request, response: Response, name: str, value: str) -> None:
    """Remember a choice of language or theme for a year."""
    _set(request, response, f"sso_{name}", value, _YEAR)
