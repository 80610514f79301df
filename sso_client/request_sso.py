"""What views and templates ask about the sign-in: `request.sso`. Of the request it uses only plain members."""

from __future__ import annotations

from functools import cached_property
from hmac import compare_digest
from typing import Any

import requests

from sso_client.cookies import CookieNames, read_cookies
from sso_client.demand import Demand
from sso_client.errors import SignInRequired
from sso_client.kit import Kit
from sso_client.site_sessions import SiteSession
from sso_client.story import Step, Story
from sso_client.urls import local_path

KIT = "sso_client.kit"
"""The key under which the site's registry holds its Kit."""


class SiteSignIn:
    """`request.sso` of one request."""

    def __init__(self, request: Any) -> None:
        self._request = request
        self.kit: Kit = request.registry[KIT]
        self.demand: Demand | None = None
        """What the view being asked for demands of the sign-in (demand.py)."""
        self.ticket: str | None = None
        """The kept form that this request sends, "" when it sends none; None when the view needs no sign-in."""

    @property
    def secure(self) -> bool:
        """Whether the person's browser speaks https with the site."""
        return (self.kit.settings.site_url or self._request.host_url).startswith("https:")

    @property
    def root(self) -> str:
        """The site's public base address, without a slash at its end."""
        return (self.kit.settings.site_url or str(self._request.host_url)) + self.path("")

    @cached_property
    def session(self) -> SiteSession | None:
        """The site session of this request, or None when nobody is signed in. Asking for it is a use of it."""
        if self.session_at_rest is not None:
            self.kit.note_use(self.session_at_rest)
        return self.session_at_rest

    @cached_property
    def session_at_rest(self) -> SiteSession | None:
        """The same, looked at without using it: for requests that a page makes by itself."""
        return self.kit.find_session(self.cookies.get(self.names.session, ""))

    @cached_property
    def ended_because(self) -> str:
        """Why the session that this browser had is over, one of the reasons of endings.py; "" when it had none, or has
        one that lives."""
        if self.session_at_rest is not None:
            return ""
        over = self.kit.sessions.ended(self.cookies.get(self.names.session, ""))
        return "" if over is None else over.ended_because

    @property
    def ends_at(self) -> int | None:
        """When the person will be signed out, seconds since 1970, as far as is known; None when nobody is signed in.

        Asking is no use of the session.
        """
        return None if self.session_at_rest is None else self.session_at_rest.ends_at

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies of this request, as far as they can be read."""
        return read_cookies(self._request.headers.get("Cookie", ""))

    @property
    def names(self) -> CookieNames:
        """The names of the site's cookies for this request."""
        return self.kit.names(secure=self.secure)

    @property
    def csrf_token(self) -> str:
        """The token for the field `csrf_token` of the sign-out form (and others); "" when nobody is signed in."""
        return "" if self.session is None else self.session.csrf_token

    def csrf_token_is_right(self) -> bool:
        """Whether the posted form carries `csrf_token`; never when nobody is signed in."""
        try:
            given = self._request.POST.get("csrf_token", "")
        except (ValueError, OSError, DeprecationWarning):  # not UTF-8, another charset, no form, or it breaks off
            return False
        known = "" if self.session_at_rest is None else self.session_at_rest.csrf_token
        right = isinstance(given, str) and compare_digest(given.encode("utf-8", "replace"), known.encode())
        return right and bool(known)

    @cached_property
    def _told(self) -> Story:
        return Story() if self.session is None else self.session.story

    @property
    def story(self) -> tuple[Step, ...]:
        """The last sign-in, step by step; empty when nobody is signed in."""
        return self._told.steps

    @property
    def seconds_at_portal(self) -> int:
        """Seconds between the redirect to the portal and the return."""
        return self._told.seconds

    @property
    def silent(self) -> bool | None:
        """Whether the portal knew the person already and asked for no password; None when it does not tell."""
        return self._told.silent

    def path(self, path: str) -> str:
        """Return a path of this site with the prefix under which it is mounted."""
        return str(self._request.script_name) + path

    def sign_in_url(self, next: str = "") -> str:
        """Return the address of a *Sign in* link that leads to `next`, by default the page being shown."""
        asked = local_path(next or self._request.path_qs, self.path("/"))
        return str(self._request.route_path("sso.sign_in", _query={"next": asked}))

    def api(self) -> requests.Session:
        """Return a requests session with the person's token, refreshed when needed.

        Raises SignInRequired when nobody is signed in; its calls raise it when the sign-in has ended meanwhile, and
        PortalUnavailable when the token cannot be refreshed now. Both have answers if the view lets them through.
        """
        if self.session is None:
            raise SignInRequired("nobody is signed in")
        return self.kit.api(self.session.id_hash)
