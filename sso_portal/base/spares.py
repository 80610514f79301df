"""What is costly to get and may be wanted again at once: kept for a moment, then let go."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Spares(Generic[Thing]):
    """Things that were in use a moment ago, by kind. Whoever wants one takes it; what nobody has taken for ``seconds``
    or a little longer is let go by a thread that is there only as long as something is kept."""

    def __init__(self, seconds: float, let_go: Callable[[Thing], None]) -> None:
        """``let_go`` gives a thing back to where it came from."""
        self._seconds = seconds
        self._let_go = let_go
        self._lock = threading.Lock()
        self._kept: list[tuple[Hashable, Thing]] = []
        # How many of the first ones nobody has taken since the thread has looked: the last one is taken first.
        self._unused = 0
        self._is_watched = False
        self._never = threading.Event()

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._kept)

    def take(self, kind: Hashable) -> Thing | None:
        """One of this kind, if there is one."""
        with self._lock:
            for place in reversed(range(len(self._kept))):
                if self._kept[place][0] == kind:
                    self._unused = min(self._unused, place)
                    return self._kept.pop(place)[1]
        return None

    def keep(self, kind: Hashable, thing: Thing) -> None:
        """It is not needed any more for now."""
        with self._lock:
            self._kept.append((kind, thing))
            is_watched, self._is_watched = self._is_watched, True
        if not is_watched:
            threading.Thread(target=self._watch, name="spares", daemon=True).start()

    def _watch(self) -> None:
        while not self._never.wait(self._seconds):
            with self._lock:
                old, self._kept = self._kept[: self._unused], self._kept[self._unused :]
                self._unused = len(self._kept)
                self._is_watched = goes_on = bool(self._kept)
            for _, thing in old:
                self._let_go(thing)
            # Before the lists are made anew: what they name would live on for a second.
            del old
            if not goes_on:
                return
