"""Connections: a few at hand, the others in the pool, none lost, and nobody kept waiting while one is free."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import text

from sso_portal.storage.database import Database, Unavailable
from sso_portal.storage.versions import bump_version, read_version
from sso_testkit.together import together


def driver_connection(database: Database) -> Any:
    """The driver's own, of which the database has one at hand after this."""
    held = database.connections.take()
    try:
        return held.dbapi_connection
    finally:
        database.connections.give_back(held)


def test_one_unit_after_the_other_has_the_same_connection(database: Database) -> None:
    first = driver_connection(database)
    with database.transaction() as work:
        bump_version(work, "clients")
    assert driver_connection(database) is first


def test_what_is_given_back_is_in_no_transaction(database: Database) -> None:
    held = database.connections.take()
    driver: Any = held.dbapi_connection
    driver.execute("INSERT INTO versions (name, number) VALUES ('clients', 7)")
    database.connections.give_back(held)
    assert driver_connection(database) is driver
    with database.transaction() as work:
        assert read_version(work, "clients") == 0
    with database.transaction() as work:
        # One that SQLAlchemy began is over too.
        work.all(text("SELECT 1 AS one"))
    assert database.connections.taken == 0


def test_many_at_once_leave_a_few_at_hand(database: Database) -> None:
    with ExitStack() as stack:
        for _ in range(12):
            work = stack.enter_context(database.transaction())
            assert read_version(work, "clients") == 0
        assert database.connections.taken == 12
    assert database.connections.taken == 0
    pool: Any = database.engine.pool
    assert pool.checkedout() == 4


def test_more_than_there_are_take_turns(database: Database) -> None:
    def use(_number: int) -> int:
        with database.transaction() as work:
            return read_version(work, "clients")

    for _ in range(5):
        assert together(24, use) == [0] * 24
    assert database.connections.taken == 0


def test_a_closed_database_keeps_none_open(database: Database) -> None:
    with database.transaction() as work, database.transaction() as second:
        read_version(work, "clients")
        read_version(second, "clients")
    driver = driver_connection(database)
    database.close()
    with pytest.raises(Exception, match="closed"):
        driver.execute("SELECT 1")
    # It opens anew when it is asked again.
    assert driver_connection(database) is not driver
    database.close()


def test_who_finds_none_is_told_so_and_none_is_lost() -> None:
    database = Database("sqlite:////nowhere/at/all.sqlite3")
    for _ in range(20):
        with pytest.raises(Unavailable), database.transaction() as work:
            read_version(work, "clients")
    assert database.connections.taken == 0
    database.close()
