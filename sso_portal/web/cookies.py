"""The portal's cookies: names, flags, lifetimes."""

from __future__ import annotations

from collections.abc import Sequence

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.ids import TOKEN_LENGTH
from sso_portal.web.sent_cookies import sent_cookie

_YEAR = 31_536_000

MAXIMUM_OTHERS = 4
"""So many people besides the current one may be signed in in one browser."""

_OTHERS = {False: "sso_accounts", True: "sso_accounts_kept"}
"""Two cookies, so that nobody stays signed in longer or shorter than she chose: the browser keeps the second one when
it is closed."""


def _name(request: Request, name: str) -> str:
    # The prefix makes browsers refuse the cookie from other hosts and over plain HTTP (RFC 6265bis, section 4.1.3.2).
    return f"__Host-{name}" if request.portal.settings.is_https else name


def _set(
    request: Request, response: Response, name: str, value: str, max_age: int | None, *, in_frames: bool = False
) -> None:
    is_https = request.portal.settings.is_https
    response.set_cookie(
        _name(request, name),
        value,
        max_age=max_age,
        path="/",
        secure=is_https,
        httponly=not in_frames,
        # Browsers take None with Secure only (RFC 6265bis, section 4.1.2.7).
        samesite="None" if in_frames and is_https else "Lax",
    )


def _get(request: Request, name: str) -> str | None:
    # Not request.cookies: one that is not UTF-8, whoever has planted it, would make all of them unreadable.
    return sent_cookie(request.environ, _name(request, name))


def session_cookie(request: Request) -> str | None:
    """The value of the session cookie, if the browser sent one."""
    return _get(request, "sso_session")


def set_session_cookie(request: Request, response: Response, value: str, max_age: int | None) -> None:
    """Give the browser its session; without ``max_age`` (seconds) it forgets it when it closes."""
    _set(request, response, "sso_session", value, max_age)


def delete_session_cookie(request: Request, response: Response) -> None:
    """Take the current session from the browser."""
    _set(request, response, "sso_session", "", 0)


def other_session_cookies(request: Request) -> Sequence[str]:
    """The values of the sessions of the other people of this browser."""
    joined = ".".join(_get(request, name) or "" for name in _OTHERS.values())
    values = [value for value in joined.split(".") if len(value) == TOKEN_LENGTH and value.isalnum()]
    return list(dict.fromkeys(values))[:MAXIMUM_OTHERS]


def set_other_session_cookies(
    request: Request, response: Response, values: Sequence[str], max_age: int | None, *, remembered: bool
) -> None:
    """Let the browser keep the sessions of its other people who want to be remembered, or of those who do not."""
    name, joined = _OTHERS[remembered], ".".join(values)
    if joined != (_get(request, name) or ""):
        _set(request, response, name, joined, max_age if values else 0)


def browser_states_cookie(request: Request) -> Sequence[str]:
    """The states of the sessions that the browser has noted."""
    value = _get(request, "sso_browser_state")
    return value.split(".") if value else []


def set_browser_states_cookie(request: Request, response: Response, states: Sequence[str], max_age: int | None) -> None:
    """Let the browser note the states of its sessions, where the script of a frame on other sites' pages reads it."""
    _set(request, response, "sso_browser_state", ".".join(states), max_age, in_frames=True)


def delete_browser_states_cookie(request: Request, response: Response) -> None:
    """Take that note from the browser."""
    set_browser_states_cookie(request, response, [], 0)


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
