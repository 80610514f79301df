"""The API that the app is there for. Without a token it says 401, and where a token is to be had (RFC 9728)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import requests

from demo_sites.mobile_app.telling import Stopped
from sso_client.backchannel import Backchannel, HttpFactory
from sso_client.errors import PortalUnavailable
from sso_client.json_answer import read_object, text_member
from sso_client.urls import origin

SECONDS = 10.0
_PARAMETER = r'([a-z_]{1,40})="([^"\\]{0,500})"'
_BEARER = re.compile(rf"Bearer\s+{_PARAMETER}(?:\s*,\s*{_PARAMETER}){{0,9}}", re.IGNORECASE)
"""One challenge; a second one, as for DPoP, comes after its own name (RFC 9110, section 11.6.1)."""


@dataclass(frozen=True)
class Answer:
    """What the API answered. challenge: the parameters of its WWW-Authenticate (RFC 6750, section 3)."""

    status: int
    body: dict[str, Any]
    challenge: dict[str, str]

    @property
    def person(self) -> str:
        """Who the token's person is: ``张鹏 (zp)``."""
        name, username = text_member(self.body, "name"), text_member(self.body, "username")
        return f"{name} ({username})" if name else username


class UserApi:
    """user_api at an address."""

    def __init__(self, address: str, http: HttpFactory) -> None:
        self.address = address
        self._backchannel = Backchannel(http, SECONDS)

    def me(self, token: str = "") -> Answer:
        """``GET /me``. Raises Stopped when the API is away."""
        return _read(self._get(f"{self.address}/me", {"Authorization": f"Bearer {token}"} if token else {}))

    def servers(self, challenge: dict[str, str]) -> tuple[str, ...]:
        """Who may give tokens for the API, by the document that its 401 names; empty when it names none of its own.

        Raises Stopped when the document cannot be had, or speaks of another API (RFC 9728, section 3.3).
        """
        url = challenge.get("resource_metadata", "")
        if not url or origin(url) != origin(self.address):
            return ()
        answer = _read(self._get(url, {}))
        named = answer.body.get("authorization_servers")
        if answer.status != 200 or answer.body.get("resource") != self.address or not isinstance(named, list):
            raise Stopped(f"What {self.address} says of itself cannot be used: it does not speak of this address.")
        return tuple(server for server in named if isinstance(server, str))

    def _get(self, url: str, headers: dict[str, str]) -> requests.Response:
        try:
            return self._backchannel.send("GET", url, headers=headers)
        except PortalUnavailable:
            raise Stopped(f"The API at {self.address} does not answer. Is it running?") from None


def _read(answer: requests.Response) -> Answer:
    try:
        body = read_object(answer.content)
    except ValueError:
        body = {}
    challenge = _BEARER.search(answer.headers.get("WWW-Authenticate", "")[:4000])
    return Answer(answer.status_code, body, dict(re.findall(_PARAMETER, challenge[0])) if challenge else {})
