"""One switch that a test has turned on."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from types import TracebackType
from typing import TypedDict


class How(TypedDict, total=False):
    """What every switch can be told. ``optional``: it does not matter whether it fires. ``times``: so often it fires at
    most, and lets everything pass afterwards; always, unless told."""

    optional: bool
    times: int


class FaultNeverFired(AssertionError):
    """A test has turned a switch on and nothing came by that it could break: the test did not test what it meant to."""


class Fault:
    """A switch that is on until it is restored: at the end of a ``with`` block, or of the test."""

    def __init__(self, name: str, *, optional: bool = False, times: int | None = None) -> None:
        """``name``: what goes wrong, in words."""
        self.name = name
        self.fired = 0
        self.optional = optional
        self.is_on = True
        self.missing = ""
        """Why it could not fire, where that is known."""
        self.undo: Callable[[], None] = _nothing
        """What makes it well again."""
        self._times = times
        self._lock = Lock()

    def fires(self) -> bool:
        """Whether it is to break what comes by just now; counts that it does."""
        with self._lock:
            if not self.is_on or (self._times is not None and self.fired >= self._times):
                return False
            self.fired += 1
            return True

    def restore(self) -> None:
        """Turn it off; nothing when it is off already."""
        with self._lock:
            was_on, self.is_on = self.is_on, False
        if was_on:
            self.undo()

    @property
    def complaint(self) -> str:
        """What is wrong with it itself; empty when it has fired or need not."""
        if self.fired or self.optional:
            return ""
        return f"{self.name}: {self.missing or 'nothing came by'}"

    def __enter__(self) -> Fault:
        """Is on already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Restore it. Whether it has fired is asked at the end of the test, as with all others."""
        self.restore()

    def __repr__(self) -> str:
        """What goes wrong, and how often it has."""
        return f"<fault: {self.name}; {'on' if self.is_on else 'restored'}, fired {self.fired}×>"


def _nothing() -> None:
    """What has happened for good cannot be undone."""
