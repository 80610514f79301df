"""One piece of work at a time for one thing: who wants the same waits for it and shares what came of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from sso_client.errors import PortalUnavailable

Result = TypeVar("Result")


class _Flight(Generic[Result]):
    def __init__(self) -> None:
        self.landed = threading.Event()
        self.results: list[Result] = []
        self.problem: Exception | None = None


class SingleFlight(Generic[Result]):
    """Work that is going on, by what it is about."""

    def __init__(self, patience: float) -> None:
        """`patience`: seconds that somebody waits for another one's work."""
        self._patience = patience
        self._lock = threading.Lock()
        self._flights: dict[str, _Flight[Result]] = {}

    def do(self, key: str, work: Callable[[], Result]) -> Result:
        """Return what `work` returns, here or in the thread that has begun it already; raise what it raises."""
        with self._lock:
            flight = self._flights.get(key)
            is_first = flight is None
            if flight is None:
                flight = self._flights[key] = _Flight()
        return self._fly(key, flight, work) if is_first else self._wait(flight)

    def _fly(self, key: str, flight: _Flight[Result], work: Callable[[], Result]) -> Result:
        try:
            flight.results.append(work())
        except Exception as problem:
            flight.problem = problem
            raise
        finally:
            with self._lock:
                del self._flights[key]
            flight.landed.set()
        return flight.results[0]

    def _wait(self, flight: _Flight[Result]) -> Result:
        if not flight.landed.wait(self._patience):
            raise PortalUnavailable("somebody else has been asking the same for too long")
        if flight.results:
            return flight.results[0]
        # An exception must not be raised in two threads: each would change its traceback.
        raise PortalUnavailable(f"somebody else has asked the same in vain: {flight.problem}")
