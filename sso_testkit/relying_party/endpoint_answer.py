"""What an endpoint of the portal answers a site's server: WebTest's whole interface, and expectations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import webtest

from sso_flow.values import shown
from sso_testkit.story import NotAsExpected

_ERROR = re.compile(r'\berror="([^"]*)"')


@dataclass(frozen=True)
class Tokens:
    """A token response (RFC 6749 section 5.1); what was not sent is empty. ``expires_in`` in seconds."""

    members: Mapping[str, Any] = field(repr=False)
    claims_of: Callable[[str], dict[str, Any]] = field(repr=False, compare=False)

    @property
    def access_token(self) -> str:
        """For calls of an API."""
        return str(self.members["access_token"])

    @property
    def refresh_token(self) -> str:
        """For the next access token."""
        return str(self.members.get("refresh_token", ""))

    @property
    def id_token(self) -> str:
        """For the site itself."""
        return str(self.members.get("id_token", ""))

    @property
    def scope(self) -> str:
        """What the tokens are good for."""
        return str(self.members.get("scope", ""))

    @property
    def expires_in(self) -> int:
        """How long the access token is good, in seconds; 0 when it was not said."""
        return int(self.members.get("expires_in", 0))

    @property
    def claims(self) -> dict[str, Any]:
        """What the id_token says, its signature verified by the portal's published keys."""
        return self.claims_of(self.id_token)


class EndpointAnswer(webtest.TestResponse):
    """The answer to a call that a relying party has made."""

    story: Callable[[], str]
    claims_of: Callable[[str], dict[str, Any]]

    def expect_tokens(self) -> Tokens:
        """A token response with at least an access token and its type."""
        members = self._good("tokens")
        for name in ("access_token", "token_type"):
            if not members.get(name):
                raise self._surprise(f"tokens with {name}")
        return Tokens(members, self.claims_of)

    def expect_ok(self, **members: Any) -> dict[str, Any]:
        """A good answer in which these members are exactly so; answers all of them, none for an empty answer."""
        found = self._good("a good answer")
        for name, value in members.items():
            if name not in found or found[name] != value:
                raise self._surprise(f"{name}={value!r}")
        return found

    def expect_error(self, error: str, status: int | None = None) -> dict[str, Any]:
        """A refusal with this ``error`` (RFC 6749 section 5.2, RFC 6750 section 3) and, if given, this status."""
        if self.status_int < 400 or self._error() != error or status not in (None, self.status_int):
            raise self._surprise(f"the error {error!r}" + (f" with the status {status}" if status else ""))
        return self._members()

    def _good(self, expected: str) -> dict[str, Any]:
        if not 200 <= self.status_int < 300:
            raise self._surprise(expected)
        return self._members()

    def _error(self) -> str:
        found = _ERROR.search(self.headers.get("WWW-Authenticate", ""))
        return str(self._members().get("error", found[1] if found else ""))

    def _members(self) -> dict[str, Any]:
        if self.content_type != "application/json" or not self.body:
            return {}
        read = self.json
        return read if isinstance(read, dict) else {}

    def _surprise(self, expected: str) -> NotAsExpected:
        members = self._members()
        told = ", ".join(f"{name}={shown(name, str(value))}" for name, value in members.items())
        what = told or self.headers.get("WWW-Authenticate") or f"{len(self.body)} bytes of {self.content_type}"
        where = f"{self.request.method} {self.request.path_url}"
        return NotAsExpected(
            f"expected {expected} from {where}, but it answered {self.status_int}: {what}", self.story()
        )
