"""Peace with time-machine, the library: it exchanges the same functions one storey below, and would fall over ours.

While it begins or ends to travel, ours are out of its way. In a world the world's time counts, everywhere else that to
which it has travelled.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

from sso_testkit import world_dates, world_time

_MARK = "sso_testkit_makes_room"


def make_room() -> None:
    """Make peace, if somebody has imported the library."""
    travel = getattr(sys.modules.get("time_machine"), "travel", None)
    for name in ("start", "stop"):
        step = getattr(travel, name, None)
        if step is not None and not hasattr(step, _MARK):
            setattr(travel, name, _with_room(step))


def _with_room(step: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(step)
    def with_room(*arguments: Any, **named: Any) -> Any:
        world_time.lift()
        world_dates.lift()
        try:
            return step(*arguments, **named)
        finally:
            world_time.lay()
            world_dates.lay()

    setattr(with_room, _MARK, True)
    return with_room
