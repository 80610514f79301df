"""Bringing a database to the shape this version needs (Alembic)."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text

from sso_portal.storage.database import Database

HEAD = "0010"
"""The newest migration; a test keeps it equal to what Alembic finds."""


def upgrade(database: Database) -> None:
    """Run every migration that is still missing; safe to run again."""
    # Imported here: the portal itself starts without Alembic, which costs more than the check below.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with database.large_changes() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def current_revision(database: Database) -> str | None:
    """The revision a database is at, or ``None`` when it is empty."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return str(row[0]) if row else None
