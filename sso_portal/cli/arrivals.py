"""Requests that another server has read, brought to the threads of a relay."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sso_portal.cli.relay import Relay, Task
    from sso_portal.cli.row import Row


_MOMENT_SECONDS = 0.0002
"""Before what is pending is committed: those who bring requests need their turn at Python, and may have one at hand."""


class Arrivals:
    """Where whoever is at the post of ``relay`` waits for requests, whose answers may be held back in ``row``."""

    def __init__(self, relay: Relay, row: Row) -> None:
        """To be made before anything arrives."""
        self._relay = relay
        self._row = row
        # Taken by whoever waits, and let go by whoever has something for him.
        self._bell = threading.Lock()
        self._bell.acquire()
        self._is_waiting = False
        self._is_over = False
        relay.look, relay.wake, relay.settle = self.look, self._ring, row.together.settle

    def add(self, task: Task) -> None:
        """It is to be answered."""
        self._relay.add_task(task)
        self._ring()

    @contextmanager
    def answered(self, fail: Callable[[], None]) -> Iterator[None]:
        """The relay works as long as the block runs, which ``fail`` has to end."""
        thread = threading.Thread(target=self._work, args=(fail,), name="arrivals")
        thread.start()
        try:
            yield
        finally:
            self._is_over = True
            self._ring()
            thread.join()

    def _work(self, fail: Callable[[], None]) -> None:
        try:
            self._relay.run()
        finally:
            fail()

    def look(self) -> bool:
        """Wait until there is something to do; whether to go on."""
        # Said first: whoever brings something from now on rings, and what came before is seen here.
        self._is_waiting = True
        if not (self._relay.presses or self._is_over):
            self._bell.acquire(timeout=_MOMENT_SECONDS if self._row.together.is_pending else -1)
        self._is_waiting = False
        return not self._is_over

    def _ring(self) -> None:
        if self._is_waiting:
            try:
                self._bell.release()
            except RuntimeError:
                # Somebody else has.
                return
