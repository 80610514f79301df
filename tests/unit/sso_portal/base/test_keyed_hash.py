"""The keyed hash is HMAC-SHA-256, whatever the key and the message."""

from __future__ import annotations

import hmac
from concurrent.futures import ThreadPoolExecutor

import pytest

from sso_portal.base.hashing import TokenHasher, derive_key
from sso_portal.base.keyed_hash import keyed_hash

MESSAGES = [b"", b"x", b"a" * 43, b"a" * 63, b"a" * 64, b"a" * 65, bytes(range(256)) * 40]


@pytest.mark.parametrize("length", [0, 1, 20, 32, 63, 64, 65, 128, 131, 1000])
def test_it_is_hmac(length: int) -> None:
    key = bytes(range(256)) * 4
    hashed = keyed_hash(key[:length])
    for message in MESSAGES * 2:
        assert hashed(message) == hmac.digest(key[:length], message, "sha256")


def test_case_of_the_specification() -> None:
    # RFC 4231, section 4.3
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert keyed_hash(b"Jefe")(b"what do ya want for nothing?").hex() == expected


def test_threads_do_not_disturb_each_other() -> None:
    hashed = keyed_hash(b"k" * 32)
    messages = [bytes([number % 256]) * (number % 5000) for number in range(3000)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(hashed, messages))
    assert found == [hmac.digest(b"k" * 32, message, "sha256") for message in messages]


def test_what_was_stored_before_is_found_again() -> None:
    hasher = TokenHasher(b"k" * 32)
    assert hasher.hash("a token \udcff") == hmac.digest(b"k" * 32, b"a token \xed\xb3\xbf", "sha256").hex()
    for purpose in ("one", "other", "one"):
        key = derive_key((b"k" * 32).hex(), purpose)
        assert hasher.derived("a token", purpose) == hmac.digest(key, b"a token", "sha256")
