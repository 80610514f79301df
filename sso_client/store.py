"""The site's own SQLite file: sessions, tokens, spent attempts, cached documents, one random key.

One connection per process behind one lock: the statements are tiny, and no lock is ever held during a call to the
portal. Several processes of a site share the file (WAL, waiting instead of failing when another one writes), so
everything that must happen only once is decided by one SQL statement, never by Python.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

IN_MEMORY = ":memory:"
_BUSY_SECONDS = 10.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS document (name TEXT PRIMARY KEY, body TEXT NOT NULL, fetched INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS spent_attempt (
    state_hash TEXT PRIMARY KEY, session_hash TEXT, next_path TEXT NOT NULL, expires INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS spent_attempt_expires ON spent_attempt (expires);
CREATE INDEX IF NOT EXISTS spent_attempt_session ON spent_attempt (session_hash);
CREATE TABLE IF NOT EXISTS parked_form (
    id TEXT PRIMARY KEY, cookie_hash TEXT NOT NULL, key_half TEXT NOT NULL, subject TEXT NOT NULL,
    sealed TEXT NOT NULL, parked INTEGER NOT NULL, sent INTEGER, expires INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS parked_form_subject ON parked_form (subject);
CREATE INDEX IF NOT EXISTS parked_form_expires ON parked_form (expires);
CREATE TABLE IF NOT EXISTS met_demand (
    session_hash TEXT NOT NULL, place TEXT NOT NULL, met INTEGER NOT NULL, PRIMARY KEY (session_hash, place));
CREATE TABLE IF NOT EXISTS site_session (
    id_hash TEXT PRIMARY KEY, subject TEXT NOT NULL, claims TEXT NOT NULL, scope TEXT NOT NULL,
    csrf_token TEXT NOT NULL, story TEXT NOT NULL, id_token TEXT NOT NULL,
    created INTEGER NOT NULL, expires INTEGER NOT NULL,
    access_token TEXT NOT NULL, access_expires INTEGER, refresh_token TEXT NOT NULL,
    token_version INTEGER NOT NULL DEFAULT 1, lease_owner TEXT NOT NULL DEFAULT '',
    lease_until INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS site_session_expires ON site_session (expires);
CREATE TABLE IF NOT EXISTS logout_token (
    jti_hash TEXT PRIMARY KEY, sid TEXT NOT NULL, subject TEXT NOT NULL, issued INTEGER NOT NULL,
    expires INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS logout_token_expires ON logout_token (expires);
CREATE TABLE IF NOT EXISTS used_proof (name_hash TEXT PRIMARY KEY, expires INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS used_proof_expires ON used_proof (expires);
"""

_LATER_COLUMNS = {
    "sid": "TEXT NOT NULL DEFAULT ''",
    "auth_time": "INTEGER NOT NULL DEFAULT 0",
    "acr": "TEXT NOT NULL DEFAULT ''",
    "issued": "INTEGER NOT NULL DEFAULT 0",
    "last_used": "INTEGER NOT NULL DEFAULT 0",
    "reported_at": "INTEGER",
    "portal_idle_expires": "INTEGER",
    "portal_expires": "INTEGER",
    "ended_at": "INTEGER",
    "ended_because": "TEXT",
}
"""Columns of site_session that files of earlier versions lack."""

_FROM_CLAIMS = """
UPDATE site_session SET last_used = created,
    sid = CASE json_type(claims, '$.sid') WHEN 'text' THEN json_extract(claims, '$.sid') ELSE '' END,
    acr = CASE json_type(claims, '$.acr') WHEN 'text' THEN json_extract(claims, '$.acr') ELSE '' END,
    auth_time = CASE json_type(claims, '$.auth_time') WHEN 'integer' THEN json_extract(claims, '$.auth_time') ELSE 0 END
"""
"""What sessions of earlier versions know of the new columns."""

_INDEXES_OF_LATER_COLUMNS = (
    "CREATE INDEX IF NOT EXISTS site_session_sid ON site_session (sid)",
    "CREATE INDEX IF NOT EXISTS site_session_subject ON site_session (subject)",
)

Value = str | int | bytes | None
Row = tuple[Value, ...]


class Store:
    """A small database that opens itself at first use and again in a forked process."""

    def __init__(self, path: str) -> None:
        """`path`: a file (made when missing, readable by its owner only), or ":memory:" for this process only."""
        self._path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._inherited: list[sqlite3.Connection] = []
        self._pid = os.getpid()

    def execute(self, statement: str, *values: Value) -> int:
        """Run one statement in a transaction of its own and return the number of rows it changed."""
        with self._connected() as connection:
            return connection.execute(statement, values).rowcount

    def rows(self, statement: str, *values: Value) -> list[Row]:
        """Run one statement in a transaction of its own and return all rows it answers with."""
        with self._connected() as connection:
            return connection.execute(statement, values).fetchall()

    def row(self, statement: str, *values: Value) -> Row | None:
        """Run one query and return its first row, or None."""
        with self._connected() as connection:
            row: Row | None = connection.execute(statement, values).fetchone()
            return row

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside one transaction, undone as a whole when an exception leaves the block."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def secret(self, name: str, size: int = 32) -> bytes:
        """Return the site's random key `name` (`size` bytes), made at first use and the same in all processes."""
        self.execute("INSERT OR IGNORE INTO secret VALUES (?, ?)", name, secrets.token_bytes(size))
        row = self.row("SELECT value FROM secret WHERE name = ?", name)
        assert row is not None and isinstance(row[0], bytes)  # noqa: S101 - inserted by the line before
        return row[0]

    def close(self) -> None:
        """Close the connection; a later use opens it again (an in-memory store is empty then)."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        if self._pid != os.getpid():
            # A connection must not be used, nor closed, in a process that was forked after it was opened.
            if self._connection is not None:
                self._inherited.append(self._connection)
            self._lock, self._connection, self._pid = threading.RLock(), None, os.getpid()
        with self._lock:
            if self._connection is None:
                self._connection = self._open()
            yield self._connection

    def _open(self) -> sqlite3.Connection:
        if self._path != IN_MEMORY:
            Path(self._path).parent.mkdir(parents=True, exist_ok=True)
            Path(self._path).touch(mode=0o600, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        _switch_to_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_SCHEMA)
        _add_later_columns(connection)
        return connection


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    # SQLite does not wait for other processes here, however long the timeout; they are done in no time.
    give_up = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.01)


def _add_later_columns(connection: sqlite3.Connection) -> None:
    # In one transaction: of several processes that open an old file together, one adds the columns.
    connection.execute("BEGIN IMMEDIATE")
    try:
        known = {str(row[1]) for row in connection.execute("PRAGMA table_info(site_session)")}
        missing = [name for name in _LATER_COLUMNS if name not in known]
        for name in missing:
            connection.execute(f"ALTER TABLE site_session ADD COLUMN {name} {_LATER_COLUMNS[name]}")
        if "sid" in missing:
            connection.execute(_FROM_CLAIMS)
        for index in _INDEXES_OF_LATER_COLUMNS:
            connection.execute(index)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
