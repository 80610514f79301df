"""What switches need of the world that they stand in."""

from __future__ import annotations

from typing import Any, Protocol

from sso_testkit.clock import SiteClock
from sso_testkit.world import World


class Surroundings(Protocol):
    """The part of :class:`~sso_testkit.sso.SingleSignOn` that faults are made with."""

    world: World
    portal: Any
    portal_app: Any

    def start_portal(self) -> None:
        """Start the portal again over the same database."""

    def clock_of(self, client_id: str) -> SiteClock:
        """What a site takes for the time."""
