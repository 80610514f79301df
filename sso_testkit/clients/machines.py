"""Clients that have no people and speak for themselves (RFC 6749, section 4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import webtest

from sso_testkit.clients.names import TOKEN_ENDPOINT
from sso_testkit.relying_party.surroundings import Surroundings

MACHINE: Mapping[str, Any] = {"grant_types": ["client_credentials"], "response_types": [], "scope": "all"}
"""What a machine is registered as."""


@dataclass
class Machine:
    """A program that asks for tokens in its own name (RFC 6749, section 4.4); it proves itself by a secret, or by
    whatever its ``metadata`` say and the test sends."""

    sso: Surroundings
    client_id: str = "machine"
    secret: str | None = field(default=None, repr=False)

    @classmethod
    def register(cls, sso: Surroundings, client_id: str = "machine", secret: str = "", **metadata: Any) -> Machine:
        """Register it; a secret is made unless it is given."""
        named = {"client_name": f"Machine {client_id}", **MACHINE, **metadata}
        return cls(sso, client_id, sso.add_client(client_id, secret, **named))

    def ask(self, fields: Mapping[str, str | None] | None = None, **headers: str) -> webtest.TestResponse:
        """Ask for an access token, whatever comes of it: ``fields`` are changed, added or left out (``None``)."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.secret,
            **(fields or {}),
        }
        kept = {name: value for name, value in form.items() if value is not None}
        # A hostile header is sent as it is.
        http = webtest.TestApp(self.sso.world, lint=False)
        return http.post(TOKEN_ENDPOINT, kept, headers=headers, status="*")
