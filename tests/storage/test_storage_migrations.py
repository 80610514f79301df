"""Migrations lead to exactly the tables that the code declares, on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Column, Integer, inspect

import sso_portal.storage.migrate as migrate
from sso_portal.storage import (
    attempts,
    audit,
    clients,
    codes,
    consents,
    device_codes,
    keys,
    logout_notices,
    once,
    participations,
    pushed_requests,
    sessions,
    site_sign_ins,
    tokens,
    trace_events,
    users,
    versions,
)
from sso_portal.storage.database import Database
from sso_portal.storage.schema import metadata
from sso_testkit.together import together
from tests.support.records import add_user

MODULES = (
    attempts,
    audit,
    clients,
    codes,
    consents,
    device_codes,
    keys,
    logout_notices,
    once,
    participations,
    pushed_requests,
    sessions,
    site_sign_ins,
    tokens,
    trace_events,
    users,
    versions,
)


def default_differs(_context: Any, _found: Any, declared: Column[Any], found: str | None, *_more: Any) -> bool | None:
    """Whether a default is another one. PostgreSQL cannot compare JSON values; all others Alembic compares itself."""
    if not isinstance(declared.type, JSON) or declared.server_default is None:
        return None
    return found is None or found.removesuffix("::json").strip("'") != declared.server_default.arg


def differences(database: Database) -> list[object]:
    """What would have to change in the database to be what the code declares."""
    assert len(metadata.tables) >= len(MODULES)
    with database.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": default_differs}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))


def test_a_migrated_database_is_what_the_code_declares(database: Database) -> None:
    assert differences(database) == []


def test_the_comparison_sees_a_column_that_was_forgotten(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE keys DROP COLUMN created_at")
    assert [change[0] for change in differences(database)] == ["add_column"]


def test_names_of_constraints_are_those_of_the_naming_convention(database: Database) -> None:
    inspector = inspect(database.engine)
    for table in metadata.tables.values():
        declared = {index.name for index in table.indexes}
        assert {index["name"] for index in inspector.get_indexes(table.name)} - declared <= {
            unique["name"] for unique in inspector.get_unique_constraints(table.name)
        }
        assert inspector.get_pk_constraint(table.name)["name"] == f"pk_{table.name}"


def test_the_newest_migration_is_the_one_the_code_names() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


def test_an_empty_database_has_no_revision_and_upgrading_twice_is_harmless(storage_url: str) -> None:
    database = Database(storage_url, synchronous="OFF")
    assert migrate.current_revision(database) is None
    migrate.upgrade(database)
    with database.transaction() as work:
        user = add_user(work)
    migrate.upgrade(database)
    assert migrate.current_revision(database) == migrate.HEAD
    with database.transaction() as work:
        assert users.UserStore(work).all() == [user]
    database.close()


def test_a_folder_with_a_percent_sign_or_letters_of_another_script_can_hold_the_database(tmp_path: Path) -> None:
    folder = tmp_path / "100% 数据"
    folder.mkdir()
    database = Database(f"sqlite:///{folder / 'portal.sqlite3'}")
    migrate.upgrade(database)
    assert migrate.current_revision(database) == migrate.HEAD
    database.close()


def test_every_table_belongs_to_a_module_that_migrations_see() -> None:
    declared = {name for module in MODULES for name in vars(module)}
    assert set(metadata.tables) <= declared | {"credentials", "families"}


def test_deleting_a_person_deletes_what_is_hers(database: Database) -> None:
    for table in metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            assert constraint.ondelete == "CASCADE", f"{table.name}: {constraint.name}"
    assert isinstance(users.users.c.id, Column)
    assert isinstance(users.users.c.id.type, Integer)


def test_reads_work_while_another_process_writes(database: Database) -> None:
    with database.transaction() as work:
        user = add_user(work)

    def mixed(number: int) -> int:
        with database.transaction() as work:
            store = users.UserStore(work)
            if number % 2:
                store.change(user.id, name=f"name {number}")
            return len(store.all())

    assert together(20, mixed) == [1] * 20
