"""The time, as something that can be handed in.

Everything in the kit that depends on the time asks a Clock, so that a test (or a site that keeps its own clock) can
move it. Nothing here sleeps.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> int:
        """Return the current time in whole seconds since 1970-01-01T00:00:00Z (a NumericDate, RFC 7519 section 2)."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> int:
        """Return the machine's time in whole seconds since 1970."""
        return int(time.time())
