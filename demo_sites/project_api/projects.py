"""Projects in their table. Every statement names the owner, so nobody can reach what is somebody else's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from demo_sites.common.api.database import Database, Row

STATUSES = ("planned", "active", "review", "done")

SCHEMA = """
CREATE TABLE IF NOT EXISTS project (
    id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, title TEXT NOT NULL, summary TEXT NOT NULL,
    status TEXT NOT NULL, due TEXT, version INTEGER NOT NULL DEFAULT 1, created INTEGER NOT NULL,
    changed INTEGER NOT NULL, request_key TEXT, request_hash TEXT, UNIQUE (owner, request_key));
CREATE TABLE IF NOT EXISTS task (
    id INTEGER PRIMARY KEY AUTOINCREMENT, project INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    text TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 1,
    request_key TEXT, request_hash TEXT, UNIQUE (project, request_key));
CREATE TABLE IF NOT EXISTS owner (
    subject TEXT PRIMARY KEY, username TEXT NOT NULL DEFAULT '', name TEXT NOT NULL DEFAULT '',
    name_en TEXT NOT NULL DEFAULT '', ask_again INTEGER NOT NULL, has_samples INTEGER NOT NULL DEFAULT 0);
"""


class Projects:
    """Everybody's projects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, owner: str, status: str, after: int, count: int) -> list[Row]:
        """Her projects, the newest first, ``count`` at most; those before the one with the number ``after`` (0 for the
        newest), of one status if one is given."""
        return self._database.rows(
            "SELECT * FROM project WHERE owner = ? AND (? = 0 OR id < ?) AND (? = '' OR status = ?)"
            " ORDER BY id DESC LIMIT ?",
            *(owner, after, after, status, status, count),
        )

    def find(self, owner: str, project: int) -> Row | None:
        """One of her projects."""
        return self._database.row("SELECT * FROM project WHERE owner = ? AND id = ?", owner, project)

    def create(self, owner: str, given: Mapping[str, Any], key: str, now: int) -> tuple[Row | None, bool]:
        """Create a project; answers it, and whether it is new.

        ``key`` names the request. One that comes again creates nothing and finds what it has created; ``None`` when the
        same key comes with something else. One statement decides.
        """
        whole = {"summary": "", "status": STATUSES[0], "due": None, **given}
        values = (owner, whole["title"], whole["summary"], whole["status"], whole["due"], now, now)
        created = self._database.row(
            "INSERT INTO project (owner, title, summary, status, due, created, changed, request_key, request_hash)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (owner, request_key) DO NOTHING RETURNING *",
            *(*values, key or None, fingerprint(given)),
        )
        if created is not None:
            return created, True
        known = self._database.row("SELECT * FROM project WHERE owner = ? AND request_key = ?", owner, key)
        return (known if known is not None and known["request_hash"] == fingerprint(given) else None), False

    def change(
        self, owner: str, project: int, changes: Mapping[str, Any], versions: Sequence[int] | None, now: int
    ) -> Row | None:
        """The project with ``changes``; ``None`` when it is at none of ``versions`` any more. One statement decides."""
        columns = "".join(f", {name} = ?" for name in changes)
        expected, values = among(versions)
        return self._database.row(
            f"UPDATE project SET changed = ?, version = version + 1{columns}"  # noqa: S608
            f" WHERE owner = ? AND id = ?{expected} RETURNING *",
            *(now, *changes.values(), owner, project, *values),
        )

    def delete(self, owner: str, project: int, versions: Sequence[int] | None) -> bool:
        """Delete a project with its tasks; ``False`` when it is at none of ``versions`` any more."""
        expected, values = among(versions)
        statement = f"DELETE FROM project WHERE owner = ? AND id = ?{expected}"  # noqa: S608
        return self._database.change(statement, owner, project, *values) == 1

    def add_samples(self, owner: str, username: str, now: int) -> None:
        """Give somebody the projects that samples.json has for her, once."""
        taken = "UPDATE owner SET has_samples = 1 WHERE subject = ? AND has_samples = 0"
        if not self._database.change(taken, owner):
            return
        for sample in samples().get(username, []):
            made, _ = self.create(owner, {name: sample[name] for name in ("title", "summary", "status")}, "", now)
            if made is None:
                continue
            for task in sample["tasks"]:
                self._database.change(
                    "INSERT INTO task (project, text, done) VALUES (?, ?, ?)", made["id"], task["text"], task["done"]
                )


def among(versions: Sequence[int] | None) -> tuple[str, Sequence[int]]:
    """The condition that a row is at one of ``versions``, and its values; nothing for any."""
    if versions is None:
        return "", ()
    return f" AND version IN ({', '.join('?' for _ in versions)})", versions


def fingerprint(given: Mapping[str, Any]) -> str:
    """A hash by which the same request is known again."""
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=1)
def samples() -> dict[str, list[dict[str, Any]]]:
    """What the people of the demo find at their first visit, by user name."""
    loaded: dict[str, list[dict[str, Any]]] = json.loads(
        files("demo_sites.project_api").joinpath("samples.json").read_text("utf-8")
    )
    return loaded
