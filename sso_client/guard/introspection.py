"""What the portal says about a token (RFC 7662), asked with the API's own credentials."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sso_client.backchannel import Backchannel
from sso_client.credentials import basic_authentication
from sso_client.discovery import Discovery
from sso_client.errors import PortalUnavailable
from sso_client.guard.settings import GuardSettings
from sso_client.json_answer import read_object

log = logging.getLogger("sso_client.guard")

Told = Mapping[str, Any]
"""The members of an answer; none for a token that is not active."""


class Introspection:
    """Asks the portal."""

    def __init__(self, settings: GuardSettings, discovery: Discovery, backchannel: Backchannel) -> None:
        self._client = settings.as_client
        self._discovery = discovery
        self._backchannel = backchannel

    def ask(self, token: str) -> Told:
        """Return what the portal says about `token`. Raises PortalUnavailable when it gives no usable answer."""
        endpoint = self._discovery.metadata().introspection_endpoint
        if not endpoint:
            raise PortalUnavailable(f"{self._client.issuer} has no introspection_endpoint in its metadata")
        form = {"token": token, "token_type_hint": "access_token"}
        answer = self._backchannel.send("POST", endpoint, data=form, auth=basic_authentication(self._client))
        if answer.status_code != 200:  # noqa: PLR2004
            # A wrong secret looks like this too; whoever runs the API has to know.
            log.error("introspection: the portal answered with status %s", answer.status_code)
            raise PortalUnavailable(f"POST {endpoint}: status {answer.status_code}")
        try:
            told = read_object(answer.content)
        except ValueError as problem:
            raise PortalUnavailable(f"POST {endpoint}: {problem}") from problem
        return told if told.get("active") is True else {}
