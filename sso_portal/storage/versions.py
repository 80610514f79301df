"""Version numbers by which processes notice that something they keep in memory has changed."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, select

from sso_portal.storage.database import Work
from sso_portal.storage.schema import metadata

versions = Table(
    "versions",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("number", Integer, nullable=False),
)


def read_version(work: Work, name: str) -> int:
    """The number of the named thing's current state; 0 before its first change."""
    row = work.first(select(versions.c.number).where(versions.c.name == name))
    return int(row["number"]) if row else 0


def bump_version(work: Work, name: str) -> None:
    """Say that the named thing has changed."""
    statement = work.insert(versions).values(name=name, number=1)
    work.write(statement.on_conflict_do_update(index_elements=["name"], set_={"number": versions.c.number + 1}))
