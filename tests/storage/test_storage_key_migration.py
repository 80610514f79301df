"""Keys of a database that an older version made: they go on signing and stay published after the upgrade."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from sso_portal.storage import migrate
from sso_portal.storage.database import Database
from sso_portal.storage.keys import KeyRow, KeyStore
from tests.support.records import NOW

OLD_KEYS = [
    # kid, algorithm, signs, created_at, retired_at; the names and the order of insertion mean nothing.
    ("b", "ES256", "ES256", NOW + 200, None),
    ("c", "ES256", None, NOW, NOW + 100),
    ("a", "ES256", None, NOW + 100, NOW + 200),
    ("z", "RS256", "RS256", NOW, None),
    # Two that were made in one second: the one that signs is the later one, whatever its name.
    ("m", "PS256", "PS256", NOW, None),
    ("n", "PS256", None, NOW, NOW),
]


@pytest.fixture
def old_database(storage_url: str) -> Iterator[Database]:
    """A database of the shape before keys had generations."""
    database = Database(storage_url, synchronous="OFF")
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for kid, algorithm, signs, created_at, retired_at in OLD_KEYS:
            values = [kid, algorithm, json.dumps({"kid": kid}), f"sealed {kid}", signs, created_at, retired_at]
            literals = ", ".join("NULL" if value is None else repr(value) for value in values)
            names = "kid, algorithm, public, private_encrypted, signs, created_at, retired_at"
            connection.exec_driver_sql(f"INSERT INTO keys ({names}) VALUES ({literals})")
    yield database
    database.close()


def test_every_key_is_carried_over_with_its_place_in_the_line(old_database: Database) -> None:
    migrate.upgrade(old_database)
    assert migrate.current_revision(old_database) == migrate.HEAD
    with old_database.transaction() as work:
        rows = {row.kid: row for row in KeyStore(work).all()}
    assert rows["b"] == KeyRow("b", "ES256", 3, {"kid": "b"}, "sealed b", NOW + 200, NOW + 200)
    assert {kid: (row.generation, row.signs_from) for kid, row in rows.items()} == {
        "c": (1, NOW),
        "a": (2, NOW + 100),
        "b": (3, NOW + 200),
        "z": (1, NOW),
        "n": (1, NOW),
        "m": (2, NOW),
    }


def test_the_next_key_fits_behind_those_that_were_carried_over(old_database: Database) -> None:
    migrate.upgrade(old_database)
    with old_database.transaction() as work:
        store = KeyStore(work)
        assert store.add(KeyRow("d", "ES256", 3, {}, "", NOW, NOW)) is False
        assert store.add(KeyRow("d", "ES256", 4, {}, "", NOW, NOW)) is True
