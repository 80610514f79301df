"""What was learned a moment ago, in memory: so much and so long, and no more."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

from sso_client.clock import Clock

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """A bounded memory; what was asked for longest ago goes first."""

    def __init__(self, size: int, clock: Clock) -> None:
        """`size`: how many entries there are at most."""
        self._size = size
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, tuple[int, Value]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many entries are held, over or not."""
        return len(self._entries)

    def get(self, key: str) -> Value | None:
        """Return what is known, None when nothing is or it is over."""
        with self._lock:
            found = self._entries.get(key)
            if found is None:
                return None
            if found[0] <= self._clock.now():
                del self._entries[key]
                return None
            self._entries.move_to_end(key)
            return found[1]

    def put(self, key: str, value: Value, until: int) -> None:
        """Keep `value` until a time in seconds since 1970, or until others need its place."""
        if until <= self._clock.now():
            return
        with self._lock:
            self._entries[key] = (until, value)
            self._entries.move_to_end(key)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)
