"""The world's time for sites that know nothing of the kit: ``time.time()`` is the world's while a site is being served.

Without it a site that checks tokens with a library of its own would find them issued in the future, and no session of
its own would ever end by ``clock.advance``. What goes past ``time.time`` (``datetime.now``) stays the machine's time.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable

from sso_testkit.here import here


def _or_of_the_world(real: Callable[[], float]) -> Callable[[], float]:
    @functools.wraps(real)
    def anywhere() -> float:
        where = here()
        return real() if where is None else float(where.world.clock.now())

    return anywhere


# Once, when this module is imported; outside of a world nothing is different.
time.time = _or_of_the_world(time.time)
