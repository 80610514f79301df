"""Clients, consents, keys and the versions that caches watch, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from sso_portal.storage import clients, keys
from sso_portal.storage.clients import ClientRow, ClientStore
from sso_portal.storage.consents import Consent, ConsentStore
from sso_portal.storage.database import Database
from sso_portal.storage.keys import KeyRow, KeyStore
from sso_portal.storage.versions import bump_version, read_version
from sso_testkit.together import together
from tests.support.records import NOW, add_user


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
    """A key row that signs from now on."""
    return KeyRow(
        **{
            "kid": kid,
            "algorithm": algorithm,
            "generation": 1,
            "public": {"kty": "EC", "kid": kid},
            "private_encrypted": "sealed",
            "created_at": NOW,
            "signs_from": NOW,
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


def add_keys(database: Database, *rows: KeyRow) -> None:
    """Store keys."""
    with database.transaction() as work:
        assert all(KeyStore(work).add(row) for row in rows)


def kids(database: Database) -> list[str]:
    """The names of the stored keys, in order."""
    with database.transaction() as work:
        return sorted(row.kid for row in KeyStore(work).all())


def test_keys_come_with_the_highest_generations_first(database: Database) -> None:
    rows = [a_key("old"), a_key("rsa", "RS256"), a_key("new", generation=2, signs_from=NOW + 9, created_at=NOW - 9)]
    add_keys(database, *rows)
    with database.transaction() as work:
        assert KeyStore(work).all() == [rows[2], rows[0], rows[1]]


def test_an_algorithm_has_one_key_of_each_generation(database: Database) -> None:
    with database.transaction() as work:
        assert KeyStore(work).add(a_key("one")) is True
        assert KeyStore(work).add(a_key("two")) is False
        assert KeyStore(work).add(a_key("three", "RS256")) is True
        assert KeyStore(work).add(a_key("four", generation=2)) is True
    assert kids(database) == ["four", "one", "three"]
    assert version(database, keys.VERSION) == 3, "what was not added moves nothing"


def test_twenty_processes_that_rotate_at_once_make_no_generation_twice(database: Database) -> None:
    add_keys(database, a_key("first"))

    def add(number: int) -> bool:
        with database.transaction() as work:
            newest = KeyStore(work).all()[0]
            return KeyStore(work).add(a_key(f"key {number}", generation=newest.generation + 1))

    added = together(20, add)
    with database.transaction() as work:
        rows = KeyStore(work).all()
    assert len(rows) == 1 + sum(added)
    assert [row.generation for row in rows] == list(range(len(rows), 0, -1)), "no generation twice"


def test_the_key_that_signs_cannot_be_removed(database: Database) -> None:
    add_keys(database, a_key("signs"), a_key("other", "RS256"), a_key("next", generation=2, signs_from=NOW + 10))
    with database.transaction() as work:
        store = KeyStore(work)
        assert store.remove("signs", NOW + 9) is False
        assert store.remove("other", NOW + 9) is False
        assert store.remove("unknown", NOW + 9) is False
    assert version(database, keys.VERSION) == 3
    with database.transaction() as work:
        assert KeyStore(work).remove("next", NOW + 10) is False, "its time has come"
        assert KeyStore(work).remove("signs", NOW + 10) is True
    assert kids(database) == ["next", "other"]
    assert version(database, keys.VERSION) == 4


def test_a_key_that_does_not_sign_yet_can_be_removed(database: Database) -> None:
    add_keys(database, a_key("signs"), a_key("next", generation=2, signs_from=NOW + 10))
    with database.transaction() as work:
        assert KeyStore(work).remove("next", NOW + 9) is True
    assert kids(database) == ["signs"]


def test_the_only_key_cannot_be_removed_even_before_its_time(database: Database) -> None:
    add_keys(database, a_key("early", signs_from=NOW + 10))
    with database.transaction() as work:
        assert KeyStore(work).remove("early", NOW) is False


def test_the_sweep_takes_keys_that_were_superseded_long_ago(database: Database) -> None:
    second, third = (
        a_key("second", generation=2, signs_from=NOW + 10),
        a_key("third", generation=3, signs_from=NOW + 20),
    )
    add_keys(database, a_key("first"), second, third, a_key("other", "RS256"))
    for before, left in ((NOW + 9, 4), (NOW + 10, 3), (NOW + 19, 3), (NOW + 20, 2), (NOW + 999, 2)):
        with database.transaction() as work:
            KeyStore(work).sweep(before)
        assert len(kids(database)) == left, before
    assert kids(database) == ["other", "third"]
    assert version(database, keys.VERSION) == 6, "a sweep that deletes nothing moves nothing"


def test_an_answer_replaces_the_one_before(database: Database) -> None:
    with database.transaction() as work:
        user, store = add_user(work), ConsentStore(work)
        assert store.get(user.id, "shop") is None
        store.put(Consent(user.id, "shop", "openid", "email", NOW))
        store.put(Consent(user.id, "other", "openid", "", NOW))
        store.put(Consent(user.id, "shop", "openid email", "", NOW + 1))
    with database.transaction() as work:
        store = ConsentStore(work)
        newest = Consent(user.id, "shop", "openid email", "", NOW + 1, first_granted_at=NOW)
        assert store.get(user.id, "shop") == newest
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
