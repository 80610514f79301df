"""Registration with hostile JSON, and with members of every kind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.client_fields import CLIENT_FIELDS
from tests.support.corner_shop import ENDPOINT, SHOP, Corner, corner, unchanged

__all__ = ["corner", "unchanged"]

DEEP = b'{"redirect_uris": ' + b"[" * 11 + b"]" * 11 + b"}"
BODIES = {
    "nothing": b"",
    "null": b"null",
    "two objects": b"{}{}",
    "UTF-16": json.dumps(SHOP).encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(SHOP).encode(),
    "not UTF-8": b'{"client_name": "\xff"}',
    "nested twelve times": DEEP,
    "nested without end": b'{"a":' + b"[" * 60_000,
    "a member twice inside": b'{"redirect_uris": ["https://corner.example.test/cb"], "jwks": {"keys": [], "keys": []}}',
    "an escaped member twice": b'{"redirect_uris": ["https://a.test/"], "redirect_\\u0075ris": []}',
    "infinite": b'{"redirect_uris": ["https://corner.example.test/cb"], "default_max_age": Infinity}',
    "infinite by its size": b'{"redirect_uris": ["https://corner.example.test/cb"], '
    b'"jwks": {"keys": [{"kty": "EC", "x": 1e999}]}}',
    "five thousand digits": b'{"default_max_age": ' + b"9" * 5_000 + b"}",
    "half a character": b'{"redirect_uris": ["https://corner.example.test/cb"], "contacts": ["\\ud800"]}',
    "half a character in a key": b'{"redirect_uris": ["https://corner.example.test/cb"], '
    b'"jwks": {"keys": [{"kty": "EC", "x": "\\udfff"}]}}',
    "a NUL": b'{"redirect_uris": ["https://corner.example.test/cb"], "software_id": "a\\u0000b"}',
    "a NUL in a key": b'{"redirect_uris": ["https://corner.example.test/cb"], "jwks": {"keys": [{"kty": "\\u0000"}]}}',
    "an escape sequence": b'{"redirect_uris": ["https://corner.example.test/cb"], "contacts": ["\\u001b[31m"]}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_hostile_json_registers_nobody(unchanged: Corner, body: bytes) -> None:
    answer = unchanged.send("POST", ENDPOINT, body)
    assert (answer.status_int, answer.json["error"]) == (400, "invalid_client_metadata")
    assert answer.json["trace_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_refusal_is_short_whatever_was_sent(unchanged: Corner) -> None:
    answer = unchanged.send("POST", ENDPOINT, {**SHOP, "contacts": {"x": '\\"中' * 5_000}})
    assert answer.status_int == 400
    assert answer.json["error_description"].startswith("contacts: ")
    assert len(answer.json["error_description"]) <= 300


def test_a_body_that_is_too_long(unchanged: Corner) -> None:
    answer = unchanged.send("POST", ENDPOINT, {**SHOP, "contacts": ["x" * 70_000]})
    assert (answer.status_int, answer.json["error"]) == (413, "invalid_request")


ODD: tuple[Any, ...] = (
    0,
    1,
    -1,
    1.5,
    True,
    False,
    "",
    " ",
    "x" * 3_000,
    "中\u202e",
    [],
    [[]],
    [None],
    [1],
    [""],
    {},
    {"a": 1},
)


@pytest.mark.parametrize("name", [*CLIENT_FIELDS, "software_statement", "client_id", "client_secret", "client_name#zh"])
def test_a_member_of_any_kind_is_accepted_or_refused(corner: Corner, name: str) -> None:
    for value in ODD:
        answer = corner.send("POST", ENDPOINT, {**SHOP, name: value})
        assert answer.status_int in {201, 400}, (name, value)
        if answer.status_int == 400:
            assert answer.json["error"].startswith("invalid_"), (name, value)
            assert answer.json["error_description"].isascii()
            assert len(answer.json["error_description"]) < 1_000, "what was sent is not sent back"
