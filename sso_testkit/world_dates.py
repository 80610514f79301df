"""The world's time for ``datetime.now()``, ``utcnow()`` and ``today()``, while a site is being served.

They belong to classes that are written in C and that everybody has taken out of their module long ago. So the classes
stay, and the methods are exchanged in them, for all threads at once; each call asks where it is.
"""

from __future__ import annotations

import ctypes
import gc
import platform
import sys
import warnings
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from sso_testkit.here import here

_REAL_NOW: Any = vars(datetime)["now"]
_REAL_TODAY: Any = vars(date)["today"]
_UTCNOW_IS_OLD = (
    "datetime.datetime.utcnow() is deprecated and scheduled for removal in a future version. Use timezone-aware"
    " objects to represent datetimes in UTC: datetime.datetime.now(datetime.UTC)."
)


def now(cls: type[datetime], tz: tzinfo | None = None) -> datetime:
    """The world's time in a time zone, or in that of the machine; outside of every world what it always was."""
    where = here()
    moment: datetime = _REAL_NOW(cls, tz) if where is None else cls.fromtimestamp(where.world.clock.now(), tz)
    return moment


def utcnow(cls: type[datetime]) -> datetime:
    """The same for UTC, without the time zone."""
    if sys.version_info >= (3, 12):
        # As the method itself says it, and of the line that called it.
        warnings.warn(_UTCNOW_IS_OLD, DeprecationWarning, stacklevel=2)
    return now(cls, UTC).replace(tzinfo=None)


def today(cls: type[date]) -> date:
    """The date, or for a datetime the time, in the time zone of the machine."""
    where = here()
    day: date = _REAL_TODAY(cls) if where is None else cls.fromtimestamp(where.world.clock.now())
    return day


_REAL: dict[tuple[type, str], Any] = {
    (kind, name): vars(kind)[name] for kind, name in [(datetime, "now"), (datetime, "utcnow"), (date, "today")]
}
_OURS: dict[tuple[type, str], Any] = {
    (datetime, "now"): classmethod(now),
    (datetime, "utcnow"): classmethod(utcnow),
    (date, "today"): classmethod(today),
}


def lay() -> None:
    """Let the methods ask the world first; nothing on a Python whose classes cannot be changed."""
    _exchange(_OURS)


def lift() -> None:
    """End :func:`lay`."""
    _exchange(_REAL)


def _exchange(methods: dict[tuple[type, str], Any]) -> None:
    if platform.python_implementation() != "CPython":
        return
    for (kind, name), method in methods.items():
        # What ``vars`` gives is a view that cannot be written; the dictionary is behind it.
        (attributes,) = gc.get_referents(vars(kind))
        if attributes[name] is not method:
            attributes[name] = method
            # Python keeps what it has found in a class, and does not look again unless it is told.
            ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))


lay()
