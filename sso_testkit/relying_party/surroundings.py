"""What a relying party needs of the world it is in."""

from __future__ import annotations

from typing import Any, Protocol

from sso_flow.journal import Journal
from sso_testkit.browser import Browser
from sso_testkit.clock import MovableClock
from sso_testkit.world import World


class Surroundings(Protocol):
    """The part of :class:`sso_testkit.SingleSignOn` that a relying party is given."""

    clock: MovableClock
    world: World
    portal: Any

    @property
    def journal(self) -> Journal:
        """What has gone over the wire."""

    def add_client(self, client_id: str, secret: str = "", **metadata: Any) -> str | None:
        """Register a client; answers its secret."""

    def edit_client(self, client_id: str, **changes: Any) -> None:
        """Change a client's metadata."""

    def browser(self, language: str = "en") -> Browser:
        """A browser that has never been anywhere."""
