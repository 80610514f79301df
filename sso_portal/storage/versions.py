"""Version numbers by which processes notice that something they keep in memory has changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import Column, Executable, Integer, String, Table, bindparam, select

from sso_portal.storage.database import Work
from sso_portal.storage.schema import metadata

versions = Table(
    "versions",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("number", Integer, nullable=False),
)

_READ = select(versions.c.number).where(versions.c.name == bindparam("name"))


def read_version(work: Work, name: str) -> int:
    """The number of the named thing's current state; 0 before its first change."""
    row = work.first(_READ, {"name": name})
    return int(row["number"]) if row else 0


def bump_version(work: Work, name: str) -> None:
    """Say that the named thing has changed."""
    work.write(_bumping(work.insert), {"name": name, "number": 1})


@cache
def _bumping(insert: Callable[[Table], Any]) -> Executable:
    """The statement of :func:`bump_version`, made once for each kind of database."""
    next_number = {"number": versions.c.number + 1}
    made: Executable = insert(versions).on_conflict_do_update(index_elements=["name"], set_=next_number)
    return made
