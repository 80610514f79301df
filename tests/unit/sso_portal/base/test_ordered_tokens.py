"""What becomes a row is put in order by the moment it was made at, and is no easier to guess for that."""

from __future__ import annotations

import hmac
import string

import pytest

from sso_portal.base import ids
from sso_portal.base.hashing import TokenHasher

KEY = b"k" * 32
HASHER = TokenHasher(KEY)


def plain(token: str) -> str:
    return hmac.new(KEY, token.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One for each that is made, from the last to the first."""
    found = [16_777_216_000_000, 1_900_000_000_000, 1_800_000_000_001, 1_800_000_000_000]
    monkeypatch.setattr(ids, "milliseconds", found.pop)
    return found


def test_what_is_made_later_sorts_later_and_so_does_its_stored_form(moments: list[int]) -> None:
    tokens = [ids.ordered_token() for _ in range(len(moments))]
    stored = [HASHER.hash(token) for token in tokens]
    assert stored == sorted(stored)
    # Nobody's idea of order is different, with capitals or without: the moments are digits and small letters.
    assert [token[43:] for token in tokens] == ["1a3185c5000", "1a3185c5001", "1ba60d33800", "f4240000000"]


def test_identifiers_are_in_order_too(moments: list[int]) -> None:
    made = [ids.ordered_identifier() for _ in range(len(moments))]
    assert made == sorted(made)
    assert {len(each) for each in made} == {33}


def test_beside_the_moment_all_is_random() -> None:
    drawn = [ids.ordered_token() for _ in range(1000)]
    assert len({token[:43] for token in drawn}) == 1000
    assert all(len(token) == 54 and token.isascii() and token.isalnum() for token in drawn)


def test_a_stored_form_has_room_for_both_and_tells_one_token_from_another() -> None:
    token = ids.ordered_token()
    stored = HASHER.hash(token)
    assert stored == (token[43:] + plain(token))[:64]
    another = ("a" if token[0] != "a" else "b") + token[1:]
    assert HASHER.hash(another) != stored
    assert not HASHER.matches(another, stored)
    assert HASHER.matches(token, stored)
    # Another moment makes it another token, although all the rest is right.
    assert HASHER.hash(token[:43] + "0" * 11)[11:] != stored[11:]


@pytest.mark.parametrize(
    "token",
    ["", "x", "a" * 43, "a" * 53, "a" * 55, "." * 54, "密" * 54, "\ud800" * 54, "\0" * 54, "e.e" * 18, " " * 54],
)
def test_whatever_is_no_ordered_token_is_stored_as_before(token: str) -> None:
    assert ids.moment_of(token) == ""
    assert HASHER.hash(token) == plain(token)


def test_who_stands_beside_another_has_its_moment() -> None:
    first = ids.ordered_token()
    second = ids.ordered_like(first, b"\1" * 32)
    assert second[43:] == first[43:]
    assert (len(second), second.isalnum()) == (54, True)
    assert second == ids.ordered_like(first, b"\1" * 32)
    assert ids.ordered_like("a" * 43, b"\1" * 32) == second[:43]


@pytest.mark.parametrize("raw", [bytes(32), b"\xff" * 32, bytes(range(32)), b"\0" * 31 + b"\x3d", b"\x80" + bytes(31)])
def test_bytes_are_spelled_as_they_always_were(raw: bytes) -> None:
    number, digits = int.from_bytes(raw, "big"), ""
    for _ in range(43):
        number, digit = divmod(number, 62)
        digits += (string.ascii_letters + string.digits)[digit]
    assert ids.token_of(raw) == digits
