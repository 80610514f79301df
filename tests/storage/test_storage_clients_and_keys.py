"""Clients, consents, keys and the versions that caches watch, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sso_portal.storage import clients, keys
from sso_portal.storage.clients import ClientRow, ClientStore
from sso_portal.storage.consents import Consent, ConsentStore
from sso_portal.storage.database import Database
from sso_portal.storage.keys import KeyRow, KeyStore
from sso_portal.storage.versions import bump_version, read_version
from tests.support.records import NOW, add_user
from tests.support.together import together


def a_client(client_id: str = "shop", **fields: Any) -> ClientRow:
    """A client row."""
    metadata = {"client_name": "商店 🛒", "redirect_uris": ["https://a/"], "first_party": True, "nothing": None}
    return ClientRow(
        **{
            "client_id": client_id,
            "secret_hash": "h",
            "metadata": metadata,
            "created_at": NOW,
            "updated_at": NOW,
            **fields,
        }
    )


def a_key(kid: str, algorithm: str = "ES256", **fields: Any) -> KeyRow:
    """A key row that signs."""
    return KeyRow(
        **{
            "kid": kid,
            "algorithm": algorithm,
            "public": {"kty": "EC", "kid": kid},
            "private_encrypted": "sealed",
            "signs": algorithm,
            "created_at": NOW,
            "retired_at": None,
            **fields,
        }
    )


def version(database: Database, name: str) -> int:
    """The version that another process sees."""
    with database.transaction() as work:
        return read_version(work, name)


def test_a_client_is_read_back_as_it_was_written(database: Database) -> None:
    row = a_client("c" * 200, secret_hash="h" * 255, metadata={"client_name": "名" * 5000})
    public = a_client("public", secret_hash=None)
    with database.transaction() as work:
        assert ClientStore(work).add(row) is ClientStore(work).add(public) is True
    with database.transaction() as work:
        assert ClientStore(work).get(row.client_id) == row
        assert ClientStore(work).all() == [row, public]
        assert ClientStore(work).get("unknown") is None


def test_a_taken_client_id_is_refused(database: Database) -> None:
    with database.transaction() as work:
        assert ClientStore(work).add(a_client()) is True
        assert ClientStore(work).add(a_client(secret_hash="another")) is False
        assert ClientStore(work).all() == [a_client()]


def test_a_client_changes_and_goes(database: Database) -> None:
    with database.transaction() as work:
        store = ClientStore(work)
        store.add(a_client())
        store.add(a_client("other"))
        assert store.change("shop", metadata={"client_name": "Shop"}, updated_at=NOW + 1) is True
        assert store.change("unknown", updated_at=NOW + 1) is False
        assert store.get("shop") == a_client(metadata={"client_name": "Shop"}, updated_at=NOW + 1)
        assert store.remove("shop") is True
        assert store.remove("shop") is False
        assert store.all() == [a_client("other")]


def test_every_change_of_a_client_moves_the_version(database: Database) -> None:
    seen = [version(database, clients.VERSION)]
    for change in (
        lambda store: store.add(a_client()),
        lambda store: store.change("shop", updated_at=NOW + 1),
        lambda store: store.remove("shop"),
    ):
        with database.transaction() as work:
            change(ClientStore(work))
        seen.append(version(database, clients.VERSION))
    assert seen == [0, 1, 2, 3]


def test_a_change_that_is_rolled_back_moves_no_version(database: Database) -> None:
    with pytest.raises(LookupError), database.transaction() as work:
        ClientStore(work).add(a_client())
        raise LookupError
    assert version(database, clients.VERSION) == 0


def test_versions_count_every_bump_of_twenty_threads(database: Database) -> None:
    def bump(_number: int) -> None:
        with database.transaction() as work:
            bump_version(work, "things")

    together(20, bump)
    assert version(database, "things") == 20
    assert version(database, "other things") == 0


def test_keys_come_newest_first(database: Database) -> None:
    old = a_key("old", signs=None, created_at=NOW - 9, retired_at=NOW)
    with database.transaction() as work:
        for row in (old, a_key("new"), a_key("rsa", "RS256", created_at=NOW + 1)):
            assert KeyStore(work).add(row) is True
        assert KeyStore(work).all() == [a_key("rsa", "RS256", created_at=NOW + 1), a_key("new"), old]


def test_one_key_of_an_algorithm_signs(database: Database) -> None:
    with database.transaction() as work:
        assert KeyStore(work).add(a_key("one")) is True
        assert KeyStore(work).add(a_key("two")) is False
        assert KeyStore(work).add(a_key("three", "RS256")) is True
        assert [row.kid for row in KeyStore(work).all()] == ["one", "three"]


def test_of_twenty_processes_that_start_at_once_one_adds_the_signing_key(database: Database) -> None:
    def add(number: int) -> bool:
        with database.transaction() as work:
            KeyStore(work).all()
            return KeyStore(work).add(a_key(f"key {number}"))

    assert sorted(together(20, add)) == [False] * 19 + [True]
    with database.transaction() as work:
        assert len(KeyStore(work).all()) == 1


def test_a_retired_key_makes_room_and_stays_published(database: Database) -> None:
    with database.transaction() as work:
        store = KeyStore(work)
        store.add(a_key("one"))
        store.add(a_key("rsa", "RS256"))
        store.retire("ES256", NOW + 5)
        assert store.add(a_key("two", created_at=NOW + 5)) is True
        rows = {row.kid: row for row in store.all()}
    assert rows["one"] == replace(a_key("one"), signs=None, retired_at=NOW + 5)
    assert rows["two"].signs == "ES256"
    assert rows["rsa"] == a_key("rsa", "RS256")
    assert version(database, keys.VERSION) == 4


def test_an_answer_replaces_the_one_before(database: Database) -> None:
    with database.transaction() as work:
        user, store = add_user(work), ConsentStore(work)
        assert store.get(user.id, "shop") is None
        store.put(Consent(user.id, "shop", "openid", "email", NOW))
        store.put(Consent(user.id, "other", "openid", "", NOW))
        store.put(Consent(user.id, "shop", "openid email", "", NOW + 1))
    with database.transaction() as work:
        store = ConsentStore(work)
        assert store.get(user.id, "shop") == Consent(user.id, "shop", "openid email", "", NOW + 1)
        assert store.get(user.id + 1, "shop") is None
        assert store.remove_client("shop") == 1
        assert store.get(user.id, "shop") is None
        assert store.get(user.id, "other") is not None


def test_twenty_answers_at_once_leave_one(database: Database) -> None:
    with database.transaction() as work:
        user = add_user(work)

    def answer(number: int) -> None:
        with database.transaction() as work:
            ConsentStore(work).put(Consent(user.id, "shop", f"scope{number}", "", NOW))

    together(20, answer)
    with database.transaction() as work:
        assert ConsentStore(work).remove_client("shop") == 1
