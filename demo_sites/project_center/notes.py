"""Notes that people leave on a project, in an SQLite file of the site's own."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

LONGEST_TITLE = 80
LONGEST_TEXT = 2_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS note (
    id INTEGER PRIMARY KEY, project TEXT NOT NULL, subject TEXT NOT NULL, author TEXT NOT NULL,
    title TEXT NOT NULL, text TEXT NOT NULL, written INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS note_project ON note (project);
"""


@dataclass(frozen=True)
class Note:
    """A note. ``subject`` is its author for good, ``author`` her name then; ``written`` in seconds since 1970."""

    id: int
    subject: str
    author: str
    title: str
    text: str
    written: int

    @property
    def day(self) -> date:
        """The day on which it was written, in UTC."""
        return datetime.fromtimestamp(self.written, UTC).date()


@dataclass(frozen=True)
class Draft:
    """What somebody has typed, and what is wrong with it: ``missing``, ``long`` or "" for each field."""

    title: str = ""
    text: str = ""
    title_problem: str = ""
    text_problem: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it can become a note."""
        return not self.title_problem and not self.text_problem


def read_draft(form: Mapping[str, object]) -> Draft:
    """The draft in a posted form; a field that is missing or no text counts as empty."""
    title, text = (str(form.get(name) or "") if isinstance(form.get(name), str) else "" for name in ("title", "text"))
    return Draft(title, text, _problem(title, LONGEST_TITLE), _problem(text, LONGEST_TEXT))


def _problem(value: str, longest: int) -> str:
    if not value.strip():
        return "missing"
    # A browser counts a line break as one character and sends two.
    return "long" if len(value.replace("\r\n", "\n")) > longest else ""


class Notes:
    """All notes of the site. One connection behind one lock: the statements are tiny."""

    def __init__(self, path: str) -> None:
        """``path`` of the file, or ``:memory:``."""
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        self._connection.executescript(_SCHEMA)

    def of_project(self, key: str) -> list[Note]:
        """The notes of one project, the newest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT id, subject, author, title, text, written FROM note WHERE project = ? ORDER BY id DESC", (key,)
            ).fetchall()
        return [Note(*row) for row in rows]

    def add(self, project: str, subject: str, author: str, draft: Draft, now: int) -> None:
        """Keep a draft as a note."""
        values = (project, subject, author, draft.title.strip(), draft.text.strip(), now)
        statement = "INSERT INTO note (project, subject, author, title, text, written) VALUES (?, ?, ?, ?, ?, ?)"
        with self._lock:
            self._connection.execute(statement, values)

    def remove(self, note_id: int, project: str, subject: str) -> bool:
        """Delete a note of ``subject``; ``False`` when there is no such note of hers."""
        statement = "DELETE FROM note WHERE id = ? AND project = ? AND subject = ?"
        with self._lock:
            return self._connection.execute(statement, (note_id, project, subject)).rowcount == 1


def notes_path(store: str) -> str:
    """Where the notes lie: beside the file in which the kit keeps its sessions."""
    return store if store == ":memory:" else str(Path(store).with_suffix(".notes.sqlite3"))
