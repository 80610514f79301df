"""The site's own access token, for calls that are about no person: client credentials (RFC 6749 section 4.4)."""

from __future__ import annotations

from typing import Any

import requests
from requests.auth import AuthBase

from sso_client.api import check_address
from sso_client.backchannel import Backchannel, HttpFactory
from sso_client.careful_session import limited
from sso_client.clock import Clock
from sso_client.credentials import basic_authentication, posted_credentials
from sso_client.discovery import Discovery
from sso_client.errors import PortalUnavailable, TokenRefused, is_error_code
from sso_client.json_answer import read_object, text_member
from sso_client.settings import Settings
from sso_client.tokens import Tokens, check_token_answer, read_tokens

EARLY_SECONDS = 30
"""A token is asked for anew this long before it ends, so that it does not end on its way to an API."""


class OwnTokens:
    """Asks for tokens in the site's own name, and keeps them in memory while they are good."""

    def __init__(self, settings: Settings, discovery: Discovery, backchannel: Backchannel, clock: Clock) -> None:
        self._settings = settings
        self._discovery = discovery
        self._backchannel = backchannel
        self._clock = clock
        self._kept: dict[str, Tokens] = {}

    def token(self, scope: str) -> str:
        """Return a token with `scope` (names separated by spaces) for the API that the settings name, if they do.

        Raises TokenRefused when the portal says no, PortalUnavailable when it gives no usable answer.
        """
        kept, now = self._kept.get(scope), self._clock.now()
        if kept is None or kept.expires is None or kept.expires - EARLY_SECONDS <= now:
            kept = self._kept[scope] = self._ask(scope, now)
        return kept.access_token

    def _ask(self, scope: str, now: int) -> Tokens:
        settings = self._settings
        form = {"grant_type": "client_credentials", "scope": scope, **posted_credentials(settings)}
        if settings.resource:
            form["resource"] = settings.resource
        endpoint = self._discovery.metadata().token_endpoint
        answer = self._backchannel.send("POST", endpoint, data=form, auth=basic_authentication(settings))
        return read_tokens(_checked(answer, endpoint), now)


def own_api_session(
    http: HttpFactory, tokens: OwnTokens, scope: str, timeout: float, allow_http: bool
) -> requests.Session:
    """Return a session of `http` whose calls carry the site's own token with `scope`.

    timeout: seconds for a call that names none.   allow_http: whether a token may travel over plain http.
    """
    session = http()
    session.auth = _OwnToken(tokens, scope, allow_http)
    return limited(session, timeout)


class _OwnToken(AuthBase):
    """Puts `Authorization: Bearer …` (RFC 6750 section 2.1) on a request."""

    def __init__(self, tokens: OwnTokens, scope: str, allow_http: bool) -> None:
        self._tokens = tokens
        self._scope = scope
        self._allow_http = allow_http

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        check_address(request, allow_http=self._allow_http)
        request.headers["Authorization"] = f"Bearer {self._tokens.token(self._scope)}"
        return request


def _checked(answer: requests.Response, endpoint: str) -> dict[str, Any]:
    try:
        told = read_object(answer.content)
        error = text_member(told, "error")
        if 400 <= answer.status_code < 500 and answer.status_code != 429 and error:
            raise TokenRefused(error if is_error_code(error) else "unreadable")
        if answer.status_code != 200:
            raise ValueError(f"status {answer.status_code}")
        check_token_answer(told)
    except ValueError as problem:
        raise PortalUnavailable(f"POST {endpoint}: {problem}") from problem
    return told
