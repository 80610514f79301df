"""Turns at something slow: a few at once, a bounded queue for the others, and every lane served alike."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sso_portal.base.errors import Overloaded


class Turns:
    """Who comes waits in a lane of her own: an address, a client. Of all lanes that wait, each in its turn sends its
    first one in, so that a flood in one of them is a long wait for that one alone."""

    def __init__(self, at_once: int, waiting: int) -> None:
        """``at_once`` are let in together; ``waiting`` may stand in the queue, all lanes together."""
        self.meanwhile: Callable[[], AbstractContextManager[object]] = nullcontext
        """Entered by a thread for as long as it waits and works here: a server puts another in its place."""
        self._free = at_once
        self._room = waiting
        self._lock = threading.Lock()
        self._lanes: OrderedDict[str, deque[_Place]] = OrderedDict()

    @contextmanager
    def turn(self, lane: str) -> Iterator[None]:
        """Wait for a turn, and hold it while the block runs. Raises :class:`Overloaded` when there is no room."""
        place = self._come(lane)
        try:
            with self.meanwhile():
                place.wait()
                yield
        finally:
            self._go(place)

    @property
    def waiting(self) -> int:
        """How many wait."""
        with self._lock:
            return self._count()

    def _come(self, lane: str) -> _Place:
        place = _Place(lane)
        with self._lock:
            if self._free:
                self._free -= 1
                place.let_in()
                return place
            if self._count() >= self._room and not self._send_away_for(lane):
                raise Overloaded
            self._lanes.setdefault(lane, deque()).append(place)
        return place

    def _send_away_for(self, lane: str) -> bool:
        """Make room for a newcomer: the last one of the longest lane goes, if that lane stays no shorter than hers."""
        longest = max(self._lanes.values(), key=len, default=None)
        if longest is None or len(longest) - 1 <= len(self._lanes.get(lane, ())):
            return False
        longest.pop().send_away()
        return True

    def _go(self, place: _Place) -> None:
        with self._lock:
            if place.is_sent_away:
                return
            if not place.is_in:
                self._leave_queue(place)
                return
            following = self._next()
            if following is None:
                self._free += 1
            else:
                following.let_in()

    def _next(self) -> _Place | None:
        """The first of the lane whose turn it is; that lane then stands behind all others."""
        if not self._lanes:
            return None
        lane, places = self._lanes.popitem(last=False)
        place = places.popleft()
        if places:
            self._lanes[lane] = places
        return place

    def _leave_queue(self, place: _Place) -> None:
        places = self._lanes[place.lane]
        places.remove(place)
        if not places:
            del self._lanes[place.lane]

    def _count(self) -> int:
        return sum(map(len, self._lanes.values()))


class _Place:
    """One thread that has come."""

    def __init__(self, lane: str) -> None:
        self.lane = lane
        self.is_in = self.is_sent_away = False
        self._decided = threading.Event()

    def let_in(self) -> None:
        self.is_in = True
        self._decided.set()

    def send_away(self) -> None:
        self.is_sent_away = True
        self._decided.set()

    def wait(self) -> None:
        """Until it is decided. Raises :class:`Overloaded`."""
        self._decided.wait()
        if self.is_sent_away:
            raise Overloaded
