"""One post and several threads: whoever holds it looks after the connections and gives the answers himself.

Python runs one thread at a time, so handing each request to another one only costs: two are woken, and each waits for
the other. Here nobody is woken as long as answers are quick. When one takes long, because it waits for a hash, a lock
or somebody else's server, another thread takes the post, and whoever comes back and finds it taken waits.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

_LONG_SECONDS = 0.005
"""Between two looks at the post; an answer that is under way at both takes long."""
_QUIET_LOOKS = 20
_LEAVE_SECONDS = 5
_log = logging.getLogger("sso_portal.server")


class Task(Protocol):
    """What is to be answered, such as a connection whose request has arrived."""

    def service(self) -> None:
        """Answer it."""

    def cancel(self) -> None:
        """Leave it unanswered: all is over."""


class _Here(threading.local):
    """What a thread knows of itself."""

    works = False


class Relay:
    """The threads; for waitress its task dispatcher. ``look`` looks after the connections, waiting for what arrives,
    and says whether to go on; ``wake`` ends such a wait. ``settle`` finishes what answers have left to be finished
    together: before anybody waits, and when somebody may be kept waiting by it."""

    def __init__(self, threads: int, *, shares: bool = False) -> None:
        """``threads`` may answer at once, and one more is at the post. ``shares``: it is handed on before every answer,
        which is better where answers are mostly waiting."""
        self.look: Callable[[], bool] = lambda: False
        self.wake: Callable[[], None] = lambda: None
        self.settle: Callable[[], None] = lambda: None
        self._shares = shares
        self._tasks: deque[Task] = deque()
        # Held by whoever is at the post, and let go while he gives an answer.
        self._post = threading.Lock()
        self._holder = 0
        self._begun = 0
        self._changed = threading.Condition()
        self._wanted = threads + 1
        self._present = self._free = self._handed = 0
        self._over, self._noise = threading.Event(), threading.Event()
        self._is_watched = True
        self._failure: BaseException | None = None
        self._here = _Here()

    def add_task(self, task: Task) -> None:
        """It is to be answered."""
        self._tasks.append(task)

    @property
    def presses(self) -> bool:
        """Whether something is to be answered and somebody could take the post meanwhile: the last one stays there."""
        return bool(self._tasks and self._free)

    def is_relieved(self) -> bool:
        """Whether another thread has been at the post since this one was, or is about to be."""
        return self._holder != threading.get_ident()

    @contextmanager
    def stand_in(self) -> Iterator[None]:
        """One thread more as long as the block runs: this one waits for something slow, and leaves the post at once.
        Nothing is done for a thread from elsewhere."""
        if not self._here.works:
            yield
            return
        self._ask_for(1)
        self._relieve()
        self.settle()
        try:
            yield
        finally:
            self._ask_for(-1)

    def run(self) -> None:
        """Work until ``look`` says that it is enough. This thread only sees that the post is never empty for long."""
        self._ask_for(0)
        seen, quiet = -1, 0
        while not self._over.wait(_LONG_SECONDS):
            if self._begun != seen:
                seen, quiet = self._begun, 0
            elif not self._post.locked():
                self._relieve()
                # After that: whoever is relieved leaves nothing behind any more, and this finds what he has left.
                self.settle()
            else:
                quiet += 1
                if quiet > _QUIET_LOOKS:
                    self._rest(seen)
                    quiet = 0
        self._leave()
        if self._failure is not None:
            raise self._failure

    def _rest(self, seen: int) -> None:
        """Look no more until something is answered again."""
        self._noise.clear()
        self._is_watched = False
        if self._begun == seen and self._post.locked() and not self._over.is_set():
            self._noise.wait()
        self._is_watched = True

    def _leave(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._present, _LEAVE_SECONDS)
        while self._tasks:
            self._tasks.popleft().cancel()

    def _ask_for(self, more: int) -> None:
        with self._changed:
            self._wanted += more
            while self._present < self._wanted:
                self._present += 1
                threading.Thread(target=self._work, name="relay", daemon=True).start()
            if self._present > self._wanted:
                self._changed.notify()

    def _relieve(self) -> None:
        """Give the post to a free thread if nobody is there."""
        with self._changed:
            if self._free and self._post.acquire(blocking=False):
                self._free -= 1
                self._handed += 1
                self._holder = 0
                self._changed.notify()

    def _work(self) -> None:
        self._here.works = True
        while self._come():
            self._hold()

    def _come(self) -> bool:
        """Wait until the post is given to this thread; ``False`` when it is one too many."""
        with self._changed:
            self._free += 1
            if self._tasks:
                # Whoever is at the post has waited for somebody to be free.
                self.wake()
            while not self._handed:
                if self._over.is_set() or self._present > self._wanted:
                    self._free -= 1
                    self._present -= 1
                    self._changed.notify_all()
                    return False
                self._changed.wait()
            self._handed -= 1
            return True

    def _hold(self) -> None:
        """Be at the post until another has taken it, or all is over."""
        try:
            self._sit_down()
            while self.look():
                if not self.presses:
                    self.settle()
                while self.presses:
                    if not self._answer(self._tasks.popleft()):
                        self.settle()
                        return
            self.settle()
        except BaseException as error:
            self._failure = error
        self._over.set()
        self._noise.set()
        with self._changed:
            self._changed.notify_all()

    def _answer(self, task: Task) -> bool:
        """Leave the post for an answer; whether nobody has taken it meanwhile."""
        self._begun += 1
        self._post.release()
        if not self._is_watched:
            self._noise.set()
        if self._shares:
            self._relieve()
        try:
            task.service()
        except BaseException:
            _log.exception("an answer failed")
        return self._post.acquire(blocking=False) and self._sit_down()

    def _sit_down(self) -> bool:
        """Be the one at the post; whoever was there before and answers still, or again, has been relieved by this."""
        if self._holder != threading.get_ident():
            self._holder = threading.get_ident()
            self.settle()
        return True
