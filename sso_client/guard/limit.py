"""How much of the portal's time one process of an API takes: so many questions at once, and in one second."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from sso_client.clock import Clock
from sso_client.errors import PortalUnavailable


class Overloaded(PortalUnavailable):
    """There are more questions than the portal is asked; nobody waits, and the client may come again in a second."""


class Limit:
    """A limit of questions, shared by the threads of a process."""

    def __init__(self, per_second: int, at_once: int, clock: Clock) -> None:
        self._per_second = per_second
        self._at_once = at_once
        self._clock = clock
        self._lock = threading.Lock()
        self._second = 0
        self._begun = 0
        self._going_on = 0

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """`with limit.turn():` ask. Raises Overloaded when it is too much."""
        self._enter()
        try:
            yield
        finally:
            with self._lock:
                self._going_on -= 1

    def _enter(self) -> None:
        with self._lock:
            now = self._clock.now()
            if now != self._second:
                self._second, self._begun = now, 0
            if self._begun >= self._per_second or self._going_on >= self._at_once:
                raise Overloaded("more tokens have to be asked about than the portal is asked for")
            self._begun += 1
            self._going_on += 1
