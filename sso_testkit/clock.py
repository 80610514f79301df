"""A clock that stands still until it is moved."""

from __future__ import annotations


class MovableClock:
    """Everything in the world obeys it: an hour's wait takes no time."""

    def __init__(self, start: int = 1_800_000_000) -> None:
        """``start`` in seconds since 1970-01-01 UTC."""
        self._now = start

    def now(self) -> int:
        """The time in the world, in whole seconds since 1970-01-01 UTC."""
        return self._now

    def advance(self, seconds: int = 0, *, minutes: int = 0, hours: int = 0, days: int = 0) -> None:
        """Let time pass."""
        self._now += seconds + 60 * minutes + 3600 * hours + 86_400 * days
