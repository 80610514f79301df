"""Statements that are made once say, take and give what SQLAlchemy would have them say, take and give."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Executable, bindparam, insert, literal, select, text, update
from sqlalchemy.exc import DataError, IntegrityError

from sso_portal.storage import connections
from sso_portal.storage.database import Database, Unavailable, Work
from sso_portal.storage.ready import ReadyStatements, ready_statements
from sso_portal.storage.schema import metadata
from sso_portal.storage.users import UserStore, users
from sso_portal.storage.versions import bump_version, read_version, versions
from tests.support.records import NOW, WHOLE_PROFILE, add_user

_ALL = select(users)
_OF = select(users).where(users.c.username_key == bindparam("key"))
_CONSTANTS = select(
    users.c.id,
    literal(True, Boolean).label("yes"),
    literal({"a": ["é", None]}, JSON).label("document"),
    bindparam("said", type_=JSON).label("said"),
).where(users.c.username_key == "zp", users.c.is_enabled.is_(True), users.c.username == bindparam("name"))
_IN = select(users.c.username).where(users.c.username_key.in_(bindparam("keys", expanding=True)))
_ADD_VERSION = insert(versions)
_LIMITED = select(users.c.username).order_by(users.c.username).limit(bindparam("limit")).offset(1)
_RENAME = update(users).where(users.c.username_key == "zp").values(name=bindparam("name"), roles=[])


def is_ready(database: Database, statement: Executable, values: Any) -> bool:
    return ready_statements(database.engine.dialect).ready(statement, values) is not None


def test_a_row_is_the_same_by_both_ways(database: Database) -> None:
    with database.transaction() as work:
        add_user(work, "zp", profile=WHOLE_PROFILE, roles=["a", "界"], email_verified=True, name='汤"; --')
        add_user(work, "lin")
    with database.transaction() as work, database.engine.connect() as connection:
        for key in ("zp", "lin"):
            [by_sqlalchemy] = connection.execute(_OF, {"key": key}).mappings().all()
            assert work.first(_OF, {"key": key}) == dict(by_sqlalchemy)
            assert list(work.first_values(_OF, {"key": key}) or ()) == list(by_sqlalchemy.values())
        assert work.first(_OF, {"key": "nobody"}) is work.first_values(_OF, {"key": "nobody"}) is None
        assert [row["username"] for row in work.all(_ALL, {})] == ["zp", "lin"]
        assert is_ready(database, _OF, {"key": "zp"})


def test_constants_and_what_is_given_are_both_translated(database: Database) -> None:
    with database.transaction() as work:
        user = add_user(work)
        row = work.first(_CONSTANTS, {"name": "zp", "said": {"b": [1, "ü"]}})
        assert row == {"id": user.id, "yes": True, "document": {"a": ["é", None]}, "said": {"b": [1, "ü"]}}
        assert work.write(_RENAME, {"name": "Z"}) == 1
        changed = UserStore(work).by_key("zp")
        assert changed is not None and (changed.name, changed.roles) == ("Z", [])


def test_what_has_no_text_of_its_own_is_made_for_each_use(database: Database) -> None:
    with database.transaction() as work:
        for name in ("ann", "bea", "cem"):
            add_user(work, name)
        for keys in (["ann"], ["ann", "cem"], []):
            assert {row["username"] for row in work.all(_IN, {"keys": keys})} == set(keys)
        values = work.first_values(_IN, {"keys": ["bea"]})
        assert values is not None and tuple(values) == ("bea",)
        assert [row["username"] for row in work.all(_LIMITED, {"limit": 1})] == ["bea"]
    assert not is_ready(database, _IN, {"keys": ["ann"]})


def test_other_values_than_before_make_another_text(database: Database) -> None:
    with database.transaction() as work:
        whole = {"name": "one", "number": 3}
        assert work.write(_ADD_VERSION, whole) == 1
        assert work.write(_ADD_VERSION, [{"name": "two", "number": 4}, {"name": "three", "number": 5}]) == 2
        with pytest.raises(IntegrityError):
            # What has no number, where one has to be, is not quietly given an old one.
            work.write(_ADD_VERSION, {"name": "four"})
    ready = ready_statements(database.engine.dialect)
    assert ready.ready(_ADD_VERSION, whole) is not None
    assert ready.ready(_ADD_VERSION, {"name": "four"}) is None


def test_both_ways_are_in_one_transaction(database: Database) -> None:
    made_for_this = update(users).where(users.c.username == "zp").values(name="New")
    with pytest.raises(LookupError), database.transaction() as work:
        add_user(work, "zp")
        bump_version(work, "clients")
        assert work.write(made_for_this) == 1
        raise LookupError
    with database.transaction() as work:
        assert (UserStore(work).by_key("zp"), read_version(work, "clients")) == (None, 0)
        add_user(work, "zp")
        bump_version(work, "clients")
        assert work.write(made_for_this) == 1
    with database.transaction() as work:
        user = UserStore(work).by_key("zp")
        assert user is not None and (user.name, read_version(work, "clients")) == ("New", 1)


def test_errors_are_those_of_sqlalchemy_and_tell_no_values(database: Database) -> None:
    with database.transaction() as work:
        work.write(_ADD_VERSION, {"name": "a-secret", "number": 1})
    with pytest.raises(IntegrityError) as caught, database.transaction() as work:
        work.write(_ADD_VERSION, {"name": "a-secret", "number": 1})
    assert "INSERT INTO versions" in str(caught.value)
    assert caught.value.params is None
    with database.transaction() as work:
        assert read_version(work, "a-secret") == 1
    if database.engine.dialect.name == "postgresql":
        with pytest.raises(DataError), database.transaction() as work:
            work.first(_OF, {"key": "nul\0"})


def test_a_statement_that_is_made_for_each_use_is_not_kept_for_ever(database: Database) -> None:
    ready = ReadyStatements(database.engine.dialect, most=3)
    statements = [select(users.c.id).where(users.c.id == bindparam("id")) for _ in range(5)]
    texts = {known.text for statement in statements if (known := ready.ready(statement, {"id": 1})) is not None}
    assert len(texts) == 1
    assert len(ready) == 3
    first = ready.ready(statements[0], {"id": 1})
    assert first is ready.ready(statements[0], {"id": 1})
    assert ready.ready(statements[4], {"id": 1}) is not first


def test_every_table_is_written_and_read_alike(database: Database) -> None:
    # Not which values, but which columns and types: each column is asked for by its own name.
    with database.transaction() as work, database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            statement = select(table)
            assert work.all(statement, {}) == [dict(row) for row in connection.execute(statement).mappings()]


def in_a_thread(do: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=do)
    thread.start()
    return thread


def test_writers_wait_for_each_other_and_readers_for_nobody(database: Database) -> None:
    def another() -> None:
        with database.transaction() as second:
            bump_version(second, "clients")

    with database.transaction() as work:
        bump_version(work, "clients")
        thread = in_a_thread(another)
        with database.transaction() as reader:
            assert read_version(reader, "clients") == 0
    thread.join(20)
    with database.transaction() as work:
        assert read_version(work, "clients") == 2


def test_who_waits_too_long_is_told_that_the_database_is_busy(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.engine.dialect.name != "sqlite":
        # There writers of different rows do not wait.
        with database.transaction() as work, database.transaction() as second:
            bump_version(work, "one")
            bump_version(second, "two")
        return
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.05)
    with database.transaction() as work:
        bump_version(work, "clients")
        with pytest.raises(Unavailable, match="others are writing"), database.transaction() as second:
            bump_version(second, "clients")
    with database.transaction() as work:
        bump_version(work, "clients")
        assert read_version(work, "clients") == 2


def test_a_failed_commit_gives_the_turn_to_the_next_one(database: Database) -> None:
    parent, child = users.c, metadata.tables["credentials"]
    deferred = "PRAGMA defer_foreign_keys=ON" if database.engine.dialect.name == "sqlite" else "SELECT 1"

    def orphan(work: Work) -> None:
        bump_version(work, "clients")
        work.write(text(deferred))
        work.write(insert(child), {"user_id": 999, "kind": "x", "secret_hash": "x", "changed_at": NOW})

    with pytest.raises(IntegrityError), database.transaction() as work:
        orphan(work)
    with database.transaction() as work:
        assert read_version(work, "clients") == 0
        assert work.first(select(parent.id).where(parent.id == 999)) is None
        bump_version(work, "clients")


def lose_connections(database: Database) -> None:
    """All that are open now."""
    with database.engine.connect() as connection:
        others = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute(text(others))


def test_a_lost_connection_is_unavailable_once_and_then_made_anew(database: Database) -> None:
    if database.engine.dialect.name == "sqlite":
        # A file is not lost.
        return
    with pytest.raises(Unavailable), database.transaction() as work:
        read_version(work, "clients")
        lose_connections(database)
        read_version(work, "clients")
    with database.transaction() as work:
        assert read_version(work, "clients") == 0


@pytest.mark.parametrize("statement", [_ADD_VERSION, insert(versions).values(name="two", number=2)])
def test_what_was_written_on_a_lost_connection_is_undone(database: Database, statement: Executable) -> None:
    if database.engine.dialect.name == "sqlite":
        return
    values = {"name": "two", "number": 2} if statement is _ADD_VERSION else None
    with pytest.raises(Unavailable), database.transaction() as work:
        bump_version(work, "clients")
        lose_connections(database)
        work.write(statement, values)
    with pytest.raises(Unavailable), database.transaction() as work:
        bump_version(work, "clients")
        lose_connections(database)
    with database.transaction() as work:
        assert read_version(work, "clients") == 0
    assert database.connections.taken == 0
