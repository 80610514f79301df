"""A client publishes its keys at an address of its own, and changes them while everything goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.clients import assertion_claims, assertion_fields, jwk_set, key_for, signed
from sso_testkit.clients.names import TOKEN_ENDPOINT

HOME = "https://machine.example.test"
OLD, NEW = key_for("ES256", "spring"), key_for("ES256", "autumn")


class Shelf:
    """The site of the client: it shows its keys, and counts who comes."""

    def __init__(self) -> None:
        self.visits = 0
        self.content: bytes = b""
        self.status = "200 OK"
        self.headers: list[tuple[str, str]] = []

    def put(self, *keys: Any) -> None:
        self.content = json.dumps(jwk_set(*keys)).encode()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        assert environ["PATH_INFO"] == "/jwks"
        self.visits += 1
        start_response(self.status, [("Content-Type", "application/json"), *self.headers])
        return [self.content]


@pytest.fixture
def shelf(sso: SingleSignOn) -> Shelf:
    shelf = Shelf()
    shelf.put(OLD)
    sso.world.add(HOME, shelf)
    return shelf


@pytest.fixture
def ask(sso: SingleSignOn, shelf: Shelf) -> Callable[..., webtest.TestResponse]:
    """Asks for a token, with an assertion that is signed with a given key."""
    register(sso, "machine", f"{HOME}/jwks")

    def ask_with(key: Any, client_id: str = "machine") -> webtest.TestResponse:
        fields = {
            "grant_type": "client_credentials",
            **assertion_fields(signed(assertion_claims(client_id, sso.clock.now()), key)),
        }
        return webtest.TestApp(sso.world).post(TOKEN_ENDPOINT, fields, status="*")

    return ask_with


def register(sso: SingleSignOn, client_id: str, jwks_uri: str) -> None:
    sso.add_client(
        client_id,
        grant_types=["client_credentials"],
        response_types=[],
        scope="all",
        token_endpoint_auth_method="private_key_jwt",
        jwks_uri=jwks_uri,
    )


def test_a_new_key_is_found_when_it_is_first_used_and_an_old_one_is_forgotten(
    sso: SingleSignOn, shelf: Shelf, ask: Callable[..., webtest.TestResponse]
) -> None:
    assert [ask(OLD).status_int for _ in range(5)] == [200] * 5
    assert shelf.visits == 1
    sso.clock.advance(60)
    shelf.put(NEW, OLD)
    assert ask(NEW).status_int == ask(OLD).status_int == 200
    assert shelf.visits == 2
    shelf.put(NEW)
    sso.clock.advance(minutes=5)
    assert ask(NEW).status_int == 200
    answer = ask(OLD)
    assert answer.status_int == 401
    assert "'spring'" in answer.json["error_description"]
    assert shelf.visits == 3


def test_another_address_is_looked_at_at_once(
    sso: SingleSignOn, shelf: Shelf, ask: Callable[..., webtest.TestResponse]
) -> None:
    assert ask(OLD).status_int == 200
    sso.edit_client("machine", jwks_uri="", jwks=jwk_set(NEW))
    assert ask(OLD).status_int == 401
    assert ask(NEW).status_int == 200


@pytest.mark.parametrize(
    ("status", "headers", "content", "word"),
    [
        ("302 Found", [("Location", "https://portal.example.test/o/jwks/")], b"", "redirect"),
        ("404 Not Found", [], b"", "404"),
        ("200 OK", [], b"x" * 65_537, "longer"),
        ("200 OK", [], b"<html>", "JSON"),
        ("200 OK", [], b'{"keys": []}', "JWK Set"),
    ],
)
def test_keys_that_cannot_be_had(
    shelf: Shelf,
    ask: Callable[..., webtest.TestResponse],
    status: str,
    headers: list[tuple[str, str]],
    content: bytes,
    word: str,
) -> None:
    shelf.status, shelf.headers, shelf.content = status, headers, content
    for _ in range(3):
        answer = ask(OLD)
        assert answer.status_int == 401
        assert answer.json["error"] == "invalid_client"
        assert word in answer.json["error_description"]
    assert shelf.visits == 1


def test_a_site_that_is_down_is_asked_again_after_a_while(
    sso: SingleSignOn, shelf: Shelf, ask: Callable[..., webtest.TestResponse]
) -> None:
    sso.world.take_down(HOME)
    assert "jwks_uri" in ask(OLD).json["error_description"]
    sso.world.bring_up(HOME)
    assert ask(OLD).status_int == 401
    sso.clock.advance(30)
    assert ask(OLD).status_int == 200
    assert shelf.visits == 1


@pytest.mark.parametrize(
    ("uri", "word"),
    [
        ("https://localhost/jwks", "public internet"),
        ("https://127.0.0.1/jwks", "public internet"),
        ("https://2130706433/jwks", "public internet"),
        ("https://[::1]/jwks", "public internet"),
        ("https://169.254.169.254/latest", "public internet"),
        ("https://inside.example.test/jwks", "public internet"),
        ("https://nowhere.example.test/jwks", "not known"),
        ("http://machine.example.test/jwks", "https"),
        ("https://machine.example.test:8443/jwks", "443"),
    ],
)
def test_keys_inside_the_portal_s_own_network_are_not_fetched(
    sso: SingleSignOn, shelf: Shelf, ask: Callable[..., webtest.TestResponse], uri: str, word: str
) -> None:
    sso.world.point("inside.example.test", "10.1.2.3")
    register(sso, "sly", uri)
    answer = ask(OLD, "sly")
    assert answer.status_int == 401
    assert word in answer.json["error_description"]
    assert shelf.visits == 0


def test_an_operator_may_allow_a_host(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.fetch.allowed_hosts": "keys.internal:8080"})
    shelf = Shelf()
    shelf.put(OLD)
    sso.world.add("http://keys.internal:8080", shelf)
    sso.world.point("keys.internal", "10.1.2.3")
    register(sso, "machine", "http://keys.internal:8080/jwks")
    fields = {
        "grant_type": "client_credentials",
        **assertion_fields(signed(assertion_claims("machine", sso.clock.now()), OLD)),
    }
    assert webtest.TestApp(sso.world).post(TOKEN_ENDPOINT, fields, status="*").status_int == 200
