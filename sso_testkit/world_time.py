"""The world's time for sites that know nothing of the kit: ``time.time()`` is the world's while a site is being served.

Without it a site that checks tokens with a library of its own would find them issued in the future, and no session of
its own would ever end by ``clock.advance``. What measures (``time.monotonic``, ``time.perf_counter``) stays as it is.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

from sso_testkit.here import here

_NANOSECONDS = 1_000_000_000


class _Anywhere:
    """Stands where a function of :mod:`time` stood. No function itself: as an attribute of a class it must not be
    bound, just as the one before it was not."""

    def __init__(self, real: Callable[..., Any], of_the_world: Callable[..., Any]) -> None:
        functools.update_wrapper(self, real)
        self.real = real
        self._of_the_world = of_the_world

    def __call__(self, *arguments: Any) -> Any:
        where = here()
        if where is None:
            return self.real(*arguments)
        return self._of_the_world(self.real, where.world.clock.now(), *arguments)


def _seconds(_real: Callable[..., Any], now: int) -> float:
    return float(now)


def _nanoseconds(_real: Callable[..., Any], now: int) -> int:
    return now * _NANOSECONDS


def _broken_down(real: Callable[..., Any], now: int, seconds: float | None = None) -> Any:
    return real(now if seconds is None else seconds)


_TELLS: dict[str, Callable[..., Any]] = {
    "time": _seconds,
    "time_ns": _nanoseconds,
    "gmtime": _broken_down,
    "localtime": _broken_down,
}


def lay() -> None:
    """Let the functions that tell the time ask the world first, where they do not yet; outside of a world nothing is
    different."""
    for name, of_the_world in _TELLS.items():
        real = getattr(time, name)
        if not isinstance(real, _Anywhere):
            setattr(time, name, _Anywhere(real, of_the_world))


def lift() -> None:
    """End :func:`lay`."""
    for name in _TELLS:
        known = getattr(time, name)
        if isinstance(known, _Anywhere):
            setattr(time, name, known.real)


# As soon as this is imported, for all who take a function out of the module: ``from time import time``.
lay()
