"""JSON from a hostile world."""

from __future__ import annotations

from typing import Any

import pytest

from sso_portal.base.json_bodies import MAXIMUM_DEPTH, BadJson, parse_object


def nested(levels: int) -> bytes:
    """An object with lists in it, so many levels in all."""
    return b'{"a":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"{}", {}),
        (
            b' {"a": [1, 2.5, -3e2, true, null, "\\u4e2d \xf0\x9f\x9b\x92"]} ',
            {"a": [1, 2.5, -300.0, True, None, "中 🛒"]},
        ),
        (b'{"a": {"b": 1}, "b": {"b": 2}}', {"a": {"b": 1}, "b": {"b": 2}}),
        (b'{"a": "\\ud83d\\uded2"}', {"a": "🛒"}),
        (b'{"a": 1e308}', {"a": 1e308}),
    ],
)
def test_an_object_is_read(raw: bytes, value: dict[str, Any]) -> None:
    assert parse_object(raw) == value


def test_the_deepest_one() -> None:
    assert set(parse_object(nested(MAXIMUM_DEPTH - 1))) == {"a"}
    with pytest.raises(BadJson, match="deeper"):
        parse_object(nested(MAXIMUM_DEPTH + 1))


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"\xff{}", "UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'{"a": 1, "a": 1}', "more than once"),
        (b'{"x": [{"a": 1, "\\u0061": 2}]}', "more than once"),
        (b'{"a": NaN}', "finite"),
        (b'{"a": [-Infinity]}', "finite"),
        (b'{"a": 1e999}', "finite"),
        (b'{"a": "\\u0000"}', "control"),
        (b'{"a": {"\\u001b": 1}}', "control"),
        (b'{"a": ["\\ud800"]}', "halves"),
        (b'{"a": "\x01"}', "not JSON"),
        (b'{"a":' + b"[" * 50_000, "not JSON"),
        (b'{"a":' + b"9" * 5_000 + b"}", "not JSON"),
    ],
)
def test_what_is_none(raw: bytes, word: str) -> None:
    with pytest.raises(BadJson, match=word):
        parse_object(raw)
