"""Units of work on both databases: committed or rolled back, by themselves and inside a request's transaction."""

from __future__ import annotations

import pytest
import transaction

from sso_portal.storage.database import Database, Unavailable
from sso_portal.storage.users import UserStore
from sso_portal.storage.versions import bump_version, read_version
from sso_testkit.counting import counting
from tests.support.records import add_user


def names(database: Database) -> list[str]:
    """Who another transaction sees."""
    with database.transaction() as work:
        return [user.username for user in UserStore(work).all()]


def test_a_block_that_ends_well_is_committed_and_one_that_raises_is_not(database: Database) -> None:
    with database.transaction() as work:
        add_user(work, "zp")
    with pytest.raises(LookupError), database.transaction() as work:
        add_user(work, "lin")
        raise LookupError
    assert names(database) == ["zp"]


def test_nothing_is_seen_before_it_is_committed(database: Database) -> None:
    with database.transaction() as work:
        add_user(work, "zp")
        assert names(database) == []
    assert names(database) == ["zp"]


@pytest.mark.parametrize(("end", "seen"), [("commit", ["zp"]), ("abort", [])])
def test_a_joined_unit_ends_with_the_transaction_of_its_request(database: Database, end: str, seen: list[str]) -> None:
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    add_user(database.join(manager), "zp")
    getattr(manager, end)()
    assert names(database) == seen
    assert database.connections.taken == 0


@pytest.mark.parametrize(("end", "seen"), [("commit", ["zp"]), ("abort", [])])
def test_a_joined_unit_that_has_only_read_rests_without_a_connection(
    database: Database, end: str, seen: list[str]
) -> None:
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    work = database.join(manager)
    for _ in range(2):
        assert UserStore(work).all() == []
        assert database.connections.taken == 1
        work.rest()
        assert database.connections.taken == 0
    add_user(work, "zp")
    # What has been written is kept together with what follows.
    work.rest()
    assert database.connections.taken == 1
    assert [user.username for user in UserStore(work).all()] == ["zp"]
    getattr(manager, end)()
    assert names(database) == seen
    assert database.connections.taken == 0


def test_a_unit_of_its_own_does_not_rest(database: Database) -> None:
    with database.transaction() as work:
        UserStore(work).all()
        work.rest()
        add_user(work, "zp")
    assert names(database) == ["zp"]


def test_a_statement_with_returning_counts_as_a_change(database: Database) -> None:
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    work = database.join(manager)
    statement = UserStore(work)
    assert statement.by_key("zp") is None
    add_user(work, "zp")
    manager.commit()
    assert names(database) == ["zp"]


def test_a_joined_unit_that_only_reads_writes_nothing(database: Database) -> None:
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    work = database.join(manager)
    with counting(database) as counted:
        read_version(work, "clients")
        manager.commit()
    assert [statement.split()[0] for statement in counted.statements] == ["SELECT"]


def test_two_units_of_one_request_commit_together(database: Database) -> None:
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    if database.url.startswith("sqlite"):
        bump_version(database.join(manager), "one")
    else:
        bump_version(database.join(manager), "one")
        bump_version(database.join(manager), "two")
    manager.abort()
    with database.transaction() as work:
        assert read_version(work, "one") == read_version(work, "two") == 0


def test_a_database_that_is_not_there_is_unavailable() -> None:
    for url in ("sqlite:////nowhere/at/all.sqlite3", "postgresql+psycopg://nobody@127.0.0.1:1/nothing"):
        database = Database(url)
        with pytest.raises(Unavailable), database.transaction() as work:
            read_version(work, "clients")
        database.close()
