"""Worlds come and go, their statements stay the same: what SQLAlchemy has made of them is kept for the next world."""

from __future__ import annotations

from threading import Lock
from typing import Any

_kept: dict[str, tuple[Any, dict[Any, Any]]] = {}
"""For each kind of database a dialect, and what is compiled in it. Nothing of it belongs to a world."""

_lock = Lock()


def share_compiled_statements(engine: Any) -> None:
    """Let an engine, which has been connected before, use what others for the same kind of database have compiled.

    Compiled statements are found by the dialect and by their structure, so all these engines must have one dialect.
    """
    with _lock:
        dialect, compiled = _kept.setdefault(engine.dialect.name, (engine.dialect, {}))
    engine.dialect = dialect
    engine.update_execution_options(compiled_cache=compiled)
