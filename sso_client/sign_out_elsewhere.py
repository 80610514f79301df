"""The two ways in which the portal tells the site that a person has signed out elsewhere, as they arrive over HTTP."""

from __future__ import annotations

from urllib.parse import parse_qsl

from sso_client.endings import Endings
from sso_client.errors import LogoutRefused
from sso_client.logout_token import LogoutTokens
from sso_client.settings import Settings
from sso_client.urls import origin

LARGEST_FORM = 64 * 1024
"""Bytes. A logout token has about a thousand."""

MOST_PARAMETERS = 50
LONGEST_SID = 255
FORM_TYPE = "application/x-www-form-urlencoded"

FRAME_PAGE = '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Signed out</title></head></html>\n'
"""What the portal's frame shows: nothing (OpenID Connect Front-Channel Logout 1.0 section 2)."""


class SignOutElsewhere:
    """Obeys the portal."""

    def __init__(self, settings: Settings, tokens: LogoutTokens, endings: Endings) -> None:
        self._settings = settings
        self._tokens = tokens
        self._endings = endings

    def by_back_channel(self, content_type: str, body: bytes) -> int:
        """Obey a request with a logout token (Back-Channel Logout section 2.5); return how many sessions ended.

        content_type: without its parameters.   body: at most LARGEST_FORM bytes of it, and one more if there are more.
        Raises LogoutRefused, PortalUnavailable.
        """
        return self._tokens.obey(_logout_token(content_type, body))

    def by_front_channel(self, query: str) -> str:
        """End the sessions that a frame of the portal names, and return their `sid`; "" when it names none of ours.

        The frame's request comes without the cookie in most browsers; that it knows the `sid`, which only the portal
        and the sites have seen, is proof enough for ending what has it.
        """
        values = _parameters(query)
        if values.get("iss") != [self._settings.issuer] or len(values.get("sid", [])) != 1:
            return ""
        (sid,) = values["sid"]
        if not 0 < len(sid) <= LONGEST_SID or not sid.isprintable():
            return ""
        self._endings.at_portal(sid)
        return sid

    def frame_headers(self) -> dict[str, str]:
        """The headers of FRAME_PAGE: never kept, shown in frames of the portal only."""
        return {
            "Cache-Control": "no-store",
            "Content-Security-Policy": f"default-src 'none'; frame-ancestors {origin(self._settings.issuer)}",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }


def _logout_token(content_type: str, body: bytes) -> str:
    if content_type.strip().lower() != FORM_TYPE:
        raise LogoutRefused("form", f"it is not {FORM_TYPE}")
    if len(body) > LARGEST_FORM:
        raise LogoutRefused("form", "it is too large")
    given = _parameters(body.decode("latin-1")).get("logout_token", [])
    if len(given) != 1 or not given[0]:
        raise LogoutRefused("form", "it does not hold exactly one logout_token")
    return given[0]


def _parameters(text: str) -> dict[str, list[str]]:
    """Return all values of each parameter; nothing at all when they cannot be read."""
    values: dict[str, list[str]] = {}
    try:
        for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PARAMETERS, errors="strict"):
            values.setdefault(name, []).append(value)
    except ValueError:
        return {}
    return values
