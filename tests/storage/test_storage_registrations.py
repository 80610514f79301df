"""Clients that registered themselves: a change holds its client until it is written, on both databases."""

from __future__ import annotations

from sso_portal.storage.clients import ClientRow, ClientStore
from sso_portal.storage.database import Database
from sso_testkit.together import together
from tests.support.records import NOW

SHOP = ClientRow("shop", None, {"changes": 0}, NOW, NOW, registration_hash="r" * 64)


def test_a_client_is_held_by_its_registration_alone(database: Database) -> None:
    with database.transaction() as work:
        store = ClientStore(work)
        store.add(SHOP)
        store.add(ClientRow("operators", "h", {}, NOW, NOW))
        assert store.hold("shop", "r" * 64, NOW + 1) == ClientRow(**{**SHOP.__dict__, "updated_at": NOW + 1})
        assert store.hold("shop", "s" * 64, NOW + 1) is None
        assert store.hold("operators", "", NOW + 1) is None
        assert store.hold("nobody", "r" * 64, NOW + 1) is None


def test_of_twenty_changes_at_once_each_sees_the_one_before(database: Database) -> None:
    with database.transaction() as work:
        ClientStore(work).add(SHOP)

    def change(number: int) -> None:
        with database.transaction() as work:
            store = ClientStore(work)
            assert store.get("shop") is not None
            held = store.hold("shop", "r" * 64, NOW + number)
            assert held is not None
            store.change("shop", metadata={"changes": held.metadata["changes"] + 1})

    together(20, change)
    with database.transaction() as work:
        (client,) = ClientStore(work).all()
    assert client.metadata == {"changes": 20}
