"""How many heaps the C library makes for the threads of a process (mallopt(3))."""

from __future__ import annotations

import ctypes
import os

_ARENA_MAX = -8
"""``M_ARENA_MAX`` of malloc.h."""
_HEAPS = 2


def share_heaps() -> None:
    """Let all threads share two heaps; to be called before there are any threads. Otherwise nearly each of them begins
    one of its own, most of which stays unused; and they seldom want memory at the same moment, for Python lets one of
    them run at a time.

    Without effect where the C library is not GNU's, and where the environment says how many.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None and "MALLOC_ARENA_MAX" not in os.environ:
        mallopt(_ARENA_MAX, _HEAPS)
