"""Time, in one place: the only caller of the system clock."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Whatever can say what time it is; tests pass one that can be moved."""

    def now(self) -> int:
        """The current time in whole seconds since 1970-01-01 UTC."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> int:
        """The current time in whole seconds since 1970-01-01 UTC."""
        return int(time.time())


def milliseconds() -> int:
    """The machine's time since 1970-01-01 UTC, for what is only put in order by it: no clock of a test moves it."""
    return time.time_ns() // 1_000_000
