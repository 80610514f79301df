"""Clocks that stand still until they are moved: the world's, and each site's own idea of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Whatever tells the time."""

    def now(self) -> int:
        """Seconds since 1970-01-01 UTC."""


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

    def travel_to(self, moment: datetime) -> None:
        """Let time pass until ``moment``. Raises :class:`ValueError` for one without a time zone, or in the past: the
        portal's keys are not made yet there."""
        if moment.tzinfo is None:
            raise ValueError(f"{moment!r} has no time zone; write datetime(…, tzinfo=UTC)")
        there = int(moment.timestamp())
        if there < self._now:
            raise ValueError(f"{moment.isoformat()} is over; it is {self!r} now, and time goes forward only")
        self._now = there

    def __repr__(self) -> str:
        """The time in the world, for people."""
        return datetime.fromtimestamp(self._now, UTC).isoformat()


class SiteClock:
    """What one site takes for the time: the world's, unless a test has set it wrong."""

    def __init__(self, clock: Clock) -> None:
        """Right."""
        self._clock = clock
        self._offset = 0
        self._noticed: Callable[[], object] = _nobody

    def now(self) -> int:
        """The time as the site sees it, in whole seconds since 1970-01-01 UTC."""
        if self._offset:
            self._noticed()
        return self._clock.now() + self._offset

    def set_wrong(self, seconds: int, noticed: Callable[[], object]) -> None:
        """Be so much ahead, or behind below 0; ``noticed`` is called whenever the site looks."""
        self._offset, self._noticed = seconds, noticed

    def set_right(self) -> None:
        """Tell the world's time again."""
        self._offset, self._noticed = 0, _nobody


def _nobody() -> None:
    """Nobody wants to know."""
