"""The tasks of projects, reached only through a project of their owner's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from demo_sites.common.api.database import Database, Row
from demo_sites.project_api.projects import among, fingerprint

_OWNED = "project IN (SELECT id FROM project WHERE owner = ? AND id = ?)"


class Tasks:
    """What is to be done."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, owner: str, project: int, after: int, count: int) -> list[Row]:
        """The tasks of one of her projects, the oldest first, ``count`` at most, after the one numbered ``after``."""
        statement = f"SELECT * FROM task WHERE {_OWNED} AND id > ? ORDER BY id LIMIT ?"  # noqa: S608
        return self._database.rows(statement, owner, project, after, count)

    def find(self, owner: str, project: int, task: int) -> Row | None:
        """One task of one of her projects."""
        return self._database.row(f"SELECT * FROM task WHERE {_OWNED} AND id = ?", owner, project, task)  # noqa: S608

    def create(self, owner: str, project: int, given: Mapping[str, Any], key: str) -> tuple[Row | None, bool]:
        """Create a task in one of her projects; as Projects.create. ``None`` also when the project is not hers."""
        created = self._database.row(
            "INSERT INTO task (project, text, done, request_key, request_hash)"
            " SELECT id, ?, ?, ?, ? FROM project WHERE owner = ? AND id = ?"
            " ON CONFLICT (project, request_key) DO NOTHING RETURNING *",
            *(given["text"], given.get("done", False), key or None, fingerprint(given), owner, project),
        )
        if created is not None:
            return created, True
        statement = f"SELECT * FROM task WHERE {_OWNED} AND request_key = ?"  # noqa: S608
        known = self._database.row(statement, owner, project, key)
        return (known if known is not None and known["request_hash"] == fingerprint(given) else None), False

    def change(
        self, owner: str, project: int, task: int, changes: Mapping[str, Any], versions: Sequence[int] | None
    ) -> Row | None:
        """The task with ``changes``; ``None`` when it is at none of ``versions`` any more. One statement decides."""
        columns = "".join(f", {name} = ?" for name in changes)
        expected, values = among(versions)
        return self._database.row(
            f"UPDATE task SET version = version + 1{columns} WHERE {_OWNED} AND id = ?{expected} RETURNING *",  # noqa: S608
            *(*changes.values(), owner, project, task, *values),
        )

    def delete(self, owner: str, project: int, task: int, versions: Sequence[int] | None) -> bool:
        """Delete a task; ``False`` when it is at none of ``versions`` any more."""
        expected, values = among(versions)
        statement = f"DELETE FROM task WHERE {_OWNED} AND id = ?{expected}"  # noqa: S608
        return self._database.change(statement, owner, project, task, *values) == 1
