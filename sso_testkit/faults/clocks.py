"""The switch for clocks that disagree."""

from __future__ import annotations

from typing import Unpack

from sso_testkit.faults.fault import Fault, How
from sso_testkit.faults.switchboard import Switchboard


class ClockFaults(Switchboard):
    """Sites whose clocks are wrong."""

    def clock_skew(
        self, client_id: str, seconds: int = 0, *, minutes: int = 0, hours: int = 0, **how: Unpack[How]
    ) -> Fault:
        """A site's clock is so much ahead of the portal's, or behind it when the number is below 0; it has fired when
        the site has looked at its clock. Raises :class:`LookupError` for a client that is no site of this world."""
        offset = seconds + 60 * minutes + 3600 * hours
        clock = self._surroundings.clock_of(client_id)
        fault = self._added(f"the clock of {client_id} is {offset:+d} s wrong", **how)
        fault.undo = clock.set_right
        clock.set_wrong(offset, fault.fires)
        return fault
