"""What every way of client authentication has."""

from __future__ import annotations

from typing import Any, Protocol

from sso_portal.services.clients import Client


class Way(Protocol):
    """One way in which a client may prove who it is. ``request`` is oauthlib's; what is wrong is raised as an error of
    oauthlib's."""

    @property
    def name(self) -> str:
        """Where its credentials are, as it is told to a developer."""

    def is_used(self, request: Any) -> bool:
        """Whether ``request`` has credentials of this kind."""

    def client_id(self, request: Any) -> str | None:
        """Whom the credentials name, or ``None`` when that is said by the parameter ``client_id`` alone."""

    def check(self, request: Any, client: Client) -> None:
        """Return only if ``client`` may use this way, and the credentials prove it."""
