"""An API's SQLite file. The statements are tiny, so one connection behind one lock is enough."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Database:
    """One file, or ``:memory:``."""

    def __init__(self, path: str, schema: str) -> None:
        """Opens ``path``; ``schema`` are statements that may be run again."""
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        # SQLite's own lower() knows ASCII only.
        self._connection.create_function("folded", 1, lambda value: str(value).casefold(), deterministic=True)
        self._connection.executescript(f"PRAGMA foreign_keys = ON; {schema}")

    def rows(self, statement: str, *values: Any) -> list[Row]:
        """All rows of a statement."""
        with self._lock:
            return [dict(row) for row in self._connection.execute(statement, values).fetchall()]

    def row(self, statement: str, *values: Any) -> Row | None:
        """The first row of a statement, if there is one."""
        found = self.rows(statement, *values)
        return found[0] if found else None

    def change(self, statement: str, *values: Any) -> int:
        """Run a statement; answers how many rows it changed."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount

    def is_alive(self) -> bool:
        """Whether it answers."""
        try:
            return self.row("SELECT 1 AS one") == {"one": 1}
        except sqlite3.Error:
            return False
