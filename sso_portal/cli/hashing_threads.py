"""Threads that hash passwords, and let everything else go first."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_NICENESS = 5
"""How much further behind than the rest of the process: of a core that both want, a third is left to one of them."""
_LAST = 19


class HashingThreads:
    """A hash takes as long as fifty tokens, and whoever waits for a token does not want to wait for passwords. The
    system shares a core out by priority, so hashing has threads of its own that have a lower one."""

    def __init__(self, most: int) -> None:
        """``most`` hash at once; a thread is begun when it is needed."""
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="hashing", initializer=_step_back)

    def compute(self, hashing: Callable[[], bytes]) -> bytes:
        """Have it called by one of them, and wait. Raises what it raises."""
        return self._threads.submit(hashing).result()


def _step_back() -> None:
    """On Linux each thread has a priority of its own (sched(7)); elsewhere all go on alike."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        behind = min(os.getpriority(os.PRIO_PROCESS, thread) + _NICENESS, _LAST)
        try:
            os.setpriority(os.PRIO_PROCESS, thread, behind)
        except OSError:
            # Somebody forbids it; then they go on as all others do.
            return
