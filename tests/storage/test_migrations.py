"""Migrations lead to the tables that the code has, and can be run again."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.autogenerate import compare_metadata
from alembic.script import ScriptDirectory

from sso_portal.storage import attempts, clients, codes, consents, keys, migrate, sessions, tokens, users, versions
from sso_portal.storage.database import Database
from sso_portal.storage.schema import metadata

TABLES = {module.__name__ for module in (attempts, clients, codes, consents, keys, sessions, tokens, users, versions)}


def test_a_migrated_database_has_todays_shape(database: Database) -> None:
    assert len(TABLES) == 9
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_head_is_the_one_that_is_checked_at_start() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


def test_an_empty_database_is_told_apart_and_upgrading_twice_is_harmless(storage_url: str) -> None:
    database = Database(storage_url)
    assert migrate.current_revision(database) is None
    migrate.upgrade(database)
    migrate.upgrade(database)
    assert migrate.current_revision(database) == migrate.HEAD
    database.close()
