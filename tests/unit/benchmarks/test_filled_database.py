"""A database that is filled by SQL is one that the portal can use: with plans that walk through nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from benchmarks.filling import Amounts, add_sweepable, fill
from benchmarks.in_process import PortalInProcess
from benchmarks.plans import plan_of, plans_of_operations, walks_through_everything


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A furnished database that nobody uses."""
    PortalInProcess(tmp_path).close()
    return tmp_path / "portal.sqlite3"


def count(file: Path, query: str) -> int:
    """The first value of a query."""
    with sqlite3.connect(file) as connection:
        found = connection.execute(query).fetchone()[0]
    connection.close()
    return int(found)


def test_it_has_what_was_asked_for_and_nothing_dangles(database: Path) -> None:
    before = {name: count(database, f"SELECT count(*) FROM {name}") for name in ("users", "sessions", "tokens")}
    fill(database, Amounts(people=50, expired=201, live=20))
    after = {name: count(database, f"SELECT count(*) FROM {name}") for name in before}
    assert {name: after[name] - before[name] for name in before} == {"users": 50, "sessions": 20, "tokens": 221}
    assert count(database, "SELECT count(*) FROM tokens WHERE expires_at > unixepoch()") == 20
    assert count(database, "SELECT count(*) FROM pragma_foreign_key_check()") == 0


def test_nothing_can_be_added_where_there_are_no_people(database: Path) -> None:
    fill(database, Amounts(people=0, expired=10, live=10))
    assert count(database, "SELECT count(*) FROM tokens") == 0


def test_what_expired_days_ago_is_swept_and_the_rest_waits(database: Path, tmp_path: Path) -> None:
    fill(database, Amounts(people=5, expired=40, live=10))
    add_sweepable(database, 30)
    portal = PortalInProcess(tmp_path, database=database)
    try:
        assert portal.portal.sweep()["tokens"] == 30 + 15
    finally:
        portal.close()
    assert count(database, "SELECT count(*) FROM tokens") == 50


def test_no_operation_walks_through_a_table(database: Path, tmp_path: Path) -> None:
    fill(database, Amounts(people=200, expired=2000, live=100))
    plans = plans_of_operations(database, tmp_path)
    assert len(plans["refresh"]) >= 3
    assert [plan for each in plans.values() for plan in each if walks_through_everything(plan)] == []


def test_a_plan_that_walks_is_seen(database: Path) -> None:
    connection = sqlite3.connect(database)
    plan = plan_of(connection, "SELECT name FROM users WHERE name = ?")
    connection.close()
    assert plan.startswith("SELECT users: SCAN users")
    assert walks_through_everything(plan)
