"""Things that rarely change, kept in memory and read again when their version in the database moves on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sso_portal.storage.database import Work
from sso_portal.storage.versions import read_version

T = TypeVar("T")


class VersionedCache(Generic[T]):
    """One value per process. Other processes' changes are seen within ``look_seconds``, this one's at once."""

    def __init__(self, name: str, load: Callable[[Work], T], *, look_seconds: float = 1.0) -> None:
        """``name`` is the version that tells of changes, ``load`` reads the value."""
        self._name = name
        self._load = load
        self._look_seconds = look_seconds
        self._lock = threading.Lock()
        self._state: tuple[int, T] | None = None
        self._looked = 0.0

    def get(self, work: Work) -> T:
        """The current value; at most one small statement a second in the usual case."""
        value = self.remembered()
        if value is not None:
            return value
        with self._lock:
            # The version is read before the value: a change in between is noticed at the next look.
            version = read_version(work, self._name)
            if self._state is None or self._state[0] != version:
                self._state = (version, self._load(work))
            self._looked = time.monotonic()
            return self._state[1]

    def remembered(self) -> T | None:
        """The current value if nobody needs to be asked for it: the same object until something has changed."""
        state = self._state
        if state is not None and time.monotonic() - self._looked < self._look_seconds:
            return state[1]
        return None

    def forget(self) -> None:
        """Look again at the next call."""
        self._looked = 0.0
