"""Lessons and videos, and who has finished which; filled once from learning.json."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from demo_sites.common.api.database import Database, Row

LESSON = "lesson"
VIDEO = "video"
KINDS = (LESSON, VIDEO)

SCHEMA = """
CREATE TABLE IF NOT EXISTS item (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, title TEXT NOT NULL,
    title_en TEXT NOT NULL, topic TEXT NOT NULL, topic_en TEXT NOT NULL, minutes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS finished (
    number INTEGER PRIMARY KEY, username TEXT NOT NULL, item TEXT NOT NULL REFERENCES item (id),
    finished_at INTEGER NOT NULL, score INTEGER, UNIQUE (username, item));
"""

_DAY = 24 * 3600


class Learning:
    """The catalogue, and what people have done with it."""

    def __init__(self, database: Database, now: int) -> None:
        """``now``: seconds since 1970; days in the file are counted back from it when it is read for the first time."""
        self._database = database
        for item in content()["items"]:
            self._add("item", item)
        for entry in content()["finished"]:
            days = entry["days_ago"]
            kept = {name: entry.get(name) for name in ("username", "item", "score")}
            self._add("finished", {**kept, "finished_at": now - days * _DAY})

    def catalogue(self, kind: str, after: int, count: int) -> list[Row]:
        """What there is to learn, of one kind if one is given, ``count`` at most, after the one numbered ``after``."""
        return self._database.rows(
            "SELECT * FROM item WHERE number > ? AND (? = '' OR kind = ?) ORDER BY number LIMIT ?",
            *(after, kind, kind, count),
        )

    def finished_by(self, username: str, kind: str, after: int, count: int) -> list[Row]:
        """What somebody has finished, of one kind, ``count`` at most, after the one with the number ``after``."""
        return self._database.rows(
            "SELECT finished.number, item.id, title, title_en, topic, topic_en, minutes, finished_at, score"
            " FROM finished JOIN item ON item.id = finished.item"
            " WHERE username = ? AND kind = ? AND finished.number > ? ORDER BY finished.number LIMIT ?",
            *(username, kind, after, count),
        )

    def statistics(self) -> list[Row]:
        """For each thing to learn, how many people have finished it and their score on average, nobody's name."""
        return self._database.rows(
            "SELECT item.id, kind, title, title_en, COUNT(finished.number) AS finished,"
            " CAST(ROUND(AVG(score)) AS INTEGER) AS average_score"
            " FROM item LEFT JOIN finished ON item.id = finished.item GROUP BY item.id ORDER BY item.number"
        )

    def learners(self) -> int:
        """How many people have finished anything."""
        counted = self._database.row("SELECT COUNT(DISTINCT username) AS learners FROM finished")
        return int(counted["learners"]) if counted else 0

    def _add(self, table: str, values: dict[str, Any]) -> None:
        names, places = ", ".join(values), ", ".join("?" for _ in values)
        statement = f"INSERT INTO {table} ({names}) VALUES ({places}) ON CONFLICT DO NOTHING"  # noqa: S608
        self._database.change(statement, *values.values())


@lru_cache(maxsize=1)
def content() -> dict[str, list[dict[str, Any]]]:
    """What the database is filled with."""
    loaded: dict[str, list[dict[str, Any]]] = json.loads(
        files("demo_sites.open_api").joinpath("learning.json").read_text("utf-8")
    )
    return loaded
