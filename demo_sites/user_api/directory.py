"""The directory: what the company knows of its people. Who signs in is found again by the portal's ``sub``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from demo_sites.common.api.database import Database, Row

TEXTS = ("name", "name_en", "title", "title_en", "team", "team_en", "city", "city_en", "about", "about_en")
"""In Chinese, and in English where the name ends so."""

SCHEMA = f"""
CREATE TABLE IF NOT EXISTS person (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, subject TEXT UNIQUE,
    {" ".join(f"{name} TEXT NOT NULL DEFAULT ''," for name in TEXTS)}
    email TEXT NOT NULL DEFAULT '', phone TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1, changed INTEGER NOT NULL DEFAULT 0);
"""
_SEARCHED = " || ' ' || ".join(("id", "name", "name_en", "title", "title_en", "team", "team_en", "city", "city_en"))


class Directory:
    """Everybody's entry."""

    def __init__(self, database: Database) -> None:
        """Those of people.json are added where they are not there yet."""
        self._database = database
        for person in seeded_people():
            names = ", ".join(person)
            places = ", ".join("?" for _ in person)
            database.change(f"INSERT INTO person ({names}) VALUES ({places}) ON CONFLICT DO NOTHING", *person.values())  # noqa: S608

    def of_subject(self, subject: str, username: str) -> Row:
        """The entry of somebody with a token.

        At her first visit it is the one with her user name, if it is nobody's yet, or else a new one. Each step is one
        statement, so two first visits at once end at the same entry.
        """
        known = self._by_subject(subject)
        if known is not None:
            return known
        self._database.change(
            "UPDATE person SET subject = ? WHERE id = ? AND subject IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM person WHERE subject = ?)",
            subject,
            username,
            subject,
        )
        # No user name at the portal has a tilde.
        for name in filter(None, (username, f"~{subject}")):
            self._database.change(
                "INSERT INTO person (id, subject, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", name, subject, name
            )
        entry = self._by_subject(subject)
        if entry is None:
            raise LookupError("the entry was removed while its person came in")
        return entry

    def find(self, name: str) -> Row | None:
        """The entry with this id."""
        return self._database.row("SELECT * FROM person WHERE id = ?", name)

    def search(self, words: Sequence[str], after: int, count: int) -> list[Row]:
        """Entries in which each of ``words`` is found, ``count`` at most, after the one with the number ``after``."""
        conditions = "".join(f" AND instr(folded({_SEARCHED}), ?) > 0" for _ in words)
        statement = f"SELECT * FROM person WHERE number > ?{conditions} ORDER BY number LIMIT ?"  # noqa: S608
        return self._database.rows(statement, after, *(word.casefold() for word in words), count)

    def change(self, subject: str, changes: Mapping[str, Any], versions: Sequence[int] | None, now: int) -> Row | None:
        """The entry with ``changes``; ``None`` when it is at none of ``versions`` any more. One statement decides."""
        columns = "".join(f", {name} = ?" for name in changes)
        statement = f"UPDATE person SET changed = ?, version = version + 1{columns} WHERE subject = ?"  # noqa: S608
        values = [now, *changes.values(), subject]
        if versions is not None:
            statement += f" AND version IN ({', '.join('?' for _ in versions)})"
            values += versions
        return self._by_subject(subject) if self._database.change(statement, *values) else None

    def _by_subject(self, subject: str) -> Row | None:
        return self._database.row("SELECT * FROM person WHERE subject = ?", subject)


@lru_cache(maxsize=1)
def seeded_people() -> tuple[dict[str, str], ...]:
    """Who is in the directory from the beginning."""
    loaded = json.loads(files("demo_sites.user_api").joinpath("people.json").read_text("utf-8"))
    return tuple(loaded["people"])
