"""Keys of clients: registered or fetched, kept for a while, fetched anew when one is missing."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from sso_portal.base.client_jose import BadToken, UnknownKey
from sso_portal.services.client_metadata import complete_metadata
from sso_portal.services.clients import Client
from sso_portal.services.federation import client_keys
from sso_portal.services.federation.client_keys import KEPT_SECONDS, PAUSE_SECONDS, ClientKeys, KeysUnavailable
from sso_portal.services.federation.fetch import Unfetchable
from sso_testkit import MovableClock
from sso_testkit.clients import jwk_set, key_for, signed
from sso_testkit.together import together

URI = "https://rp.example.test/jwks"
OLD, NEW = key_for("ES256", "old"), key_for("ES256", "new")
ALGORITHMS = ("ES256", "RS256")


def client_of(client_id: str = "rp", **changes: Any) -> Client:
    metadata = {"client_name": "Site", "redirect_uris": ["https://rp.example.test/cb"], **changes}
    return Client(client_id, None, complete_metadata(metadata))


RP = client_of(jwks_uri=URI)


class Shelf:
    """Where the client has put its keys; counts who comes."""

    def __init__(self) -> None:
        self.content: bytes | Unfetchable = json.dumps(jwk_set(OLD)).encode()
        self.visits = self.waits = 0
        self.is_open = threading.Event()
        self.is_open.set()

    def before_waiting(self) -> None:
        self.waits += 1
        self.is_open.set()

    def get(self, url: str, *, accept: str) -> bytes:
        assert url == URI
        assert "application/jwk-set+json" in accept
        self.visits += 1
        assert self.is_open.wait(30)
        if isinstance(self.content, Unfetchable):
            raise self.content
        return self.content

    def put(self, *keys: Any) -> None:
        self.content = json.dumps(jwk_set(*keys)).encode()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def keys(shelf: Shelf, clock: MovableClock) -> ClientKeys:
    return ClientKeys(shelf, clock)  # type: ignore[arg-type]


def test_registered_keys_are_never_fetched(keys: ClientKeys, shelf: Shelf) -> None:
    client = client_of(jwks=jwk_set(OLD))
    assert keys.of(client) == keys.refreshed(client) == jwk_set(OLD)
    assert keys.verified(client, signed({"a": 1}, OLD), ALGORITHMS) == {"a": 1}
    with pytest.raises(UnknownKey):
        keys.verified(client, signed({"a": 1}, NEW), ALGORITHMS)
    assert shelf.visits == 0


def test_a_client_without_keys_has_none(keys: ClientKeys) -> None:
    assert keys.of(client_of()) == {"keys": []}
    with pytest.raises(UnknownKey):
        keys.verified(client_of(), signed({}, OLD), ALGORITHMS)


def test_published_keys_are_fetched_once_in_five_minutes(keys: ClientKeys, shelf: Shelf, clock: MovableClock) -> None:
    for seconds in (0, KEPT_SECONDS - 1, 1, KEPT_SECONDS - 1):
        clock.advance(seconds)
        assert keys.of(RP) == jwk_set(OLD)
    assert shelf.visits == 2


def test_a_withdrawn_key_works_for_five_minutes_at_most(keys: ClientKeys, shelf: Shelf, clock: MovableClock) -> None:
    token = signed({"a": 1}, OLD)
    assert keys.verified(RP, token, ALGORITHMS) == {"a": 1}
    shelf.put(NEW)
    clock.advance(KEPT_SECONDS)
    with pytest.raises(UnknownKey):
        keys.verified(RP, token, ALGORITHMS)


def test_a_clock_that_is_set_back_keeps_no_old_keys(keys: ClientKeys, shelf: Shelf, clock: MovableClock) -> None:
    assert keys.of(RP) == jwk_set(OLD)
    shelf.put(NEW)
    clock.advance(-1000)
    assert keys.of(RP) == jwk_set(NEW)


def test_an_unknown_key_is_looked_for_once_in_half_a_minute(
    keys: ClientKeys, shelf: Shelf, clock: MovableClock
) -> None:
    keys.of(RP)
    shelf.put(OLD, NEW)
    token = signed({"a": 1}, NEW)
    clock.advance(PAUSE_SECONDS - 1)
    with pytest.raises(UnknownKey):
        keys.verified(RP, token, ALGORITHMS)
    assert shelf.visits == 1
    clock.advance(1)
    assert keys.verified(RP, token, ALGORITHMS) == {"a": 1}
    assert shelf.visits == 2
    stranger = signed({"a": 1}, key_for("ES256", "stranger"))
    for _ in range(5):
        with pytest.raises(UnknownKey):
            keys.verified(RP, stranger, ALGORITHMS)
    assert shelf.visits == 2
    clock.advance(PAUSE_SECONDS)
    with pytest.raises(UnknownKey):
        keys.verified(RP, stranger, ALGORITHMS)
    assert shelf.visits == 3


def test_nothing_is_fetched_for_what_is_no_jwt(keys: ClientKeys, shelf: Shelf) -> None:
    for token in ("", "x", "a.b.c", "x" * 1_000_000, "é.é.é", "a.b.c.d.e"):
        with pytest.raises(BadToken):
            keys.verified(RP, token, ALGORITHMS)
    assert shelf.visits == 0


def test_a_failed_fetch_counts_and_is_not_repeated_at_once(keys: ClientKeys, shelf: Shelf, clock: MovableClock) -> None:
    shelf.content = Unfetchable("It was answered with status 500.")
    for _ in range(5):
        with pytest.raises(KeysUnavailable, match="status 500"):
            keys.of(RP)
        with pytest.raises(KeysUnavailable, match="status 500"):
            keys.refreshed(RP)
    assert shelf.visits == 1
    shelf.put(OLD)
    clock.advance(PAUSE_SECONDS)
    assert keys.of(RP) == jwk_set(OLD)
    assert shelf.visits == 2


def test_a_failed_fetch_takes_nothing_away(keys: ClientKeys, shelf: Shelf, clock: MovableClock) -> None:
    keys.of(RP)
    shelf.content = Unfetchable("It was answered with status 500.")
    clock.advance(PAUSE_SECONDS)
    with pytest.raises(UnknownKey):
        keys.verified(RP, signed({}, NEW), ALGORITHMS)
    assert keys.verified(RP, signed({"a": 1}, OLD), ALGORITHMS) == {"a": 1}
    clock.advance(KEPT_SECONDS - PAUSE_SECONDS)
    with pytest.raises(KeysUnavailable):
        keys.of(RP)
    assert shelf.visits == 3


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "JSON"),
        (b"<html>", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[]", "JSON object"),
        (b"[" * 60_000, "JSON"),
        (b"{}", "JWK Set"),
        (b'{"keys": []}', "JWK Set"),
        (b'{"keys": [1]}', "JWK Set"),
        (json.dumps({"keys": [OLD.as_dict(private=True)]}).encode(), "secret"),
        (b'{"keys": [{"kty": "oct", "k": "AAAA"}]}', "secret"),
        (json.dumps({"keys": [{"kty": "EC"}] * 21}).encode(), "more than"),
    ],
)
def test_what_is_no_jwk_set(keys: ClientKeys, shelf: Shelf, content: bytes, word: str) -> None:
    shelf.content = content
    with pytest.raises(KeysUnavailable, match=word):
        keys.of(RP)


def test_another_address_is_another_fetch(keys: ClientKeys, shelf: Shelf) -> None:
    keys.of(RP)
    keys.of(client_of("other", jwks_uri=URI))
    keys.of(client_of("rp", jwks=jwk_set(NEW)))
    assert shelf.visits == 2


def test_many_threads_fetch_once(keys: ClientKeys, shelf: Shelf) -> None:
    assert all(found == jwk_set(OLD) for found in together(20, lambda _number: keys.of(RP)))
    assert shelf.visits == 1


def test_who_waits_for_the_fetch_of_another_thread_says_so_before(keys: ClientKeys, shelf: Shelf) -> None:
    shelf.is_open.clear()
    assert all(found == jwk_set(OLD) for found in together(2, lambda _number: keys.of(RP)))
    assert (shelf.visits, shelf.waits) == (1, 1)
    keys.of(RP)
    assert shelf.waits == 1


def test_only_so_many_clients_are_remembered(keys: ClientKeys, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_keys, "_MAXIMUM_CLIENTS", 3)
    clients = [client_of(f"c{number}", jwks_uri=URI) for number in range(4)]
    for client in (*clients, clients[3], clients[1]):
        keys.of(client)
    assert shelf.visits == 4
    keys.of(clients[0])
    assert shelf.visits == 5
