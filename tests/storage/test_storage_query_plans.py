"""No statement of a request reads a table from end to end: said by the database itself, with thousands of rows."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, select

from sso_portal.storage.codes import codes
from sso_portal.storage.database import Database
from sso_portal.storage.sessions import sessions
from sso_portal.storage.users import users
from tests.support.filled_tables import fill
from tests.support.known_statements import known_statements
from tests.support.query_plans import tables_scanned

KEPT_IN_MEMORY = {"clients._ALL": "clients", "keys._ALL": "keys"}
"""Read as a whole when they have changed, and then known to the process."""


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database)
    return database


def test_every_statement_finds_its_rows_by_an_index(filled: Database) -> None:
    statements = known_statements(filled.engine.dialect.name)
    assert len(statements) > 80
    found = {name: tables_scanned(filled, statement) for name, statement in statements.items()}
    assert {name: tables for name, tables in found.items() if tables} == {
        name: {table} for name, table in KEPT_IN_MEMORY.items()
    }


def test_a_statement_that_no_index_helps_is_noticed(filled: Database) -> None:
    by_email = select(users.c.id).where(users.c.email == bindparam("email"))
    assert tables_scanned(filled, by_email) == {"users"}
    assert tables_scanned(filled, select(codes).where(codes.c.client_id == bindparam("client"))) == {"codes"}
    joined = select(codes.c.code_hash).join(sessions, sessions.c.address == codes.c.client_id)
    assert "sessions" in tables_scanned(filled, joined.where(codes.c.code_hash == bindparam("hash")))


def test_statements_are_found_wherever_they_are_made() -> None:
    for kind in ("sqlite", "postgresql"):
        names = set(known_statements(kind))
        assert {"codes._CONSUME", "tokens._GET_PRESENTED", "participations._joining(True,)", "once._using()"} <= names
        assert "codes._LIVING" not in names, "a part of another statement"
