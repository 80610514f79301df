"""Indexes of some rows only: the tables know of them what the database knows."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect
from sqlalchemy.schema import CreateIndex
from zope.sqlalchemy import ZopeTransactionEvents

from sso_portal.storage import joining
from sso_portal.storage.database import Database
from sso_portal.storage.schema import metadata

PARTIAL = {
    "ix_sessions_idle_expires_at": "ended_at IS NULL",
    "ix_sessions_ended_at": "ended_at IS NOT NULL",
    "ix_families_user_id": "user_id IS NOT NULL",
    "ix_families_sid": "sid IS NOT NULL",
}


def test_the_tables_tell_which_rows_an_index_has(database: Database) -> None:
    dialect = database.engine.dialect
    made = {
        str(index.name): str(CreateIndex(index).compile(dialect=dialect))
        for table in metadata.tables.values()
        for index in table.indexes
    }
    assert {name for name, statement in made.items() if " WHERE " in statement} == set(PARTIAL)
    for name, where in PARTIAL.items():
        assert made[name].endswith(f" WHERE {where}")


def test_the_database_has_them_so(database: Database) -> None:
    kind, found = database.engine.dialect.name, {}
    for table in ("sessions", "families"):
        for index in inspect(database.engine).get_indexes(table):
            where = index.get("dialect_options", {}).get(f"{kind}_where")
            if where is not None:
                found[index["name"]] = str(where).strip("()")
    assert found == PARTIAL


def test_a_version_of_zope_sqlalchemy_that_looks_for_more_is_loaded_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_stand_ins: object) -> None:
        raise ImportError

    monkeypatch.setattr(joining, "standing_in", refuse)
    assert joining._events() is ZopeTransactionEvents
