"""Tokens that anyone may send: whatever is in them, they are read as nothing and raise nothing."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey

from sso_portal.base.jose import (
    SIGNING_ALGORITHMS,
    SigningKey,
    decrypt,
    encrypt,
    generate_signing_key,
    make_marker,
    read_marker,
    sign,
    verified_claims,
)

KEY = b"k" * 32
KEYS = tuple(generate_signing_key(algorithm) for algorithm in SIGNING_ALGORITHMS)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.sampled_from(["alg", "kid", "typ", "crit", "b64", "enc", "jwk", "zip", "x5c", "epk", "iv", "tag", "apu"])
WORDS = st.sampled_from(["none", "HS256", "ES256", "RS256", "dir", "A256GCM", "DEF", "b64"]) | JSON


def part(value: Any) -> str:
    """One part of a compact token."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def read_as_everything(token: str) -> list[Any]:
    """What the token is, to each of those who read tokens from outside."""
    return [verified_claims(token, KEYS), read_marker(KEY, "login", token, 0), decrypt(token, KEY)]


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(MEMBERS, WORDS, max_size=4), JSON, st.binary(max_size=40), st.integers(0, 3))
def test_no_header_breaks_the_reading(header: dict[str, Any], claims: Any, signature: bytes, more: int) -> None:
    token = ".".join([part(header), part(claims), part(signature), *["AAAA"] * more])
    assert read_as_everything(token) == [None, None, None]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert read_as_everything(text) == [None, None, None]


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"null",
        b"1",
        b"\xff",
        b"{",
        b"[" * 9000,
        b'{"alg":"HS256","crit":1}',
        b'{"alg":"HS256","crit":["x"]}',
        b'{"alg":["HS256"]}',
        b'{"alg":"dir","enc":"A256GCM","zip":"DEF"}',
    ],
)
def test_headers_that_are_known_to_be_strange(header: bytes) -> None:
    for parts in (2, 4):
        assert read_as_everything(".".join([part(header), *["AAAA"] * parts])) == [None, None, None]


@pytest.mark.parametrize("key", KEYS, ids=SIGNING_ALGORITHMS)
def test_every_changed_letter_is_noticed(key: SigningKey) -> None:
    token = sign(key, {"sub": "a", "sid": "b"})
    # The last letter of a part may carry bits that say nothing; all others count.
    for place in range(0, len(token) - 1, 7):
        if "." in token[place : place + 2]:
            continue
        other = "A" if token[place] != "A" else "B"
        assert verified_claims(f"{token[:place]}{other}{token[place + 1 :]}", KEYS) is None, place


def test_nothing_is_believed_that_is_signed_with_what_everyone_knows() -> None:
    for key in KEYS:
        for secret in (json.dumps(dict(key.public)), key.kid, "", "\x00" * 32):
            if not secret:
                continue
            forged = jwt.encode({"alg": "HS256", "kid": key.kid}, {"sub": "a"}, OctKey.import_key(secret))
            assert verified_claims(forged, KEYS) is None


def test_a_key_that_comes_along_with_the_token_is_not_used() -> None:
    stranger = ECKey.generate_key("P-256")
    header = {"alg": "ES256", "kid": KEYS[0].kid, "jwk": stranger.as_dict(private=False)}
    assert verified_claims(jwt.encode(header, {"sub": "a"}, stranger), KEYS) is None


def test_an_unsigned_copy_is_not_believed() -> None:
    _, claims, signature = sign(KEYS[0], {"sub": "a"}).split(".")
    for algorithm in ("none", "None", "NONE", "nOnE"):
        for end in ("", signature):
            assert verified_claims(f"{part({'alg': algorithm})}.{claims}.{end}", KEYS) is None


def test_a_token_says_which_key_signed_it_and_what_it_is() -> None:
    for key in KEYS:
        header = json.loads(base64.urlsafe_b64decode(sign(key, {}, token_type="at+jwt").split(".")[0] + "=="))
        assert header == {"alg": key.algorithm, "kid": key.kid, "typ": "at+jwt"}


def test_markers_are_no_tokens_and_tokens_no_markers() -> None:
    marker = make_marker(KEY, "login", {"exp": 10, "sub": "a"})
    assert verified_claims(marker, KEYS) is None
    assert read_marker(KEY, "login", sign(KEYS[0], {"exp": 10}), 0) is None
    assert read_marker(KEY, "login", jwt.encode({"alg": "HS256"}, {"exp": 10}, OctKey.import_key(KEY)), 0) is None


@pytest.mark.parametrize("expires", ["10", 10.5, None, [10], {}])
def test_a_marker_ends_at_a_number(expires: Any) -> None:
    assert read_marker(KEY, "login", make_marker(KEY, "login", {"exp": expires}), 0) is None


def test_a_marker_whose_content_is_no_object_is_none() -> None:
    for content in (b"[]", b"1", b'"x"', b"{", b"null"):
        token = jws.serialize_compact({"alg": "HS256", "typ": "login+marker"}, content, OctKey.import_key(KEY))
        assert read_marker(KEY, "login", token, 0) is None


@settings(max_examples=40, deadline=None)
@given(st.text())
def test_what_is_encrypted_comes_back_and_hides(text: str) -> None:
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return
    sealed = encrypt(text, KEY)
    assert decrypt(sealed, KEY) == text
    assert len(text) < 4 or text not in sealed


def test_every_changed_letter_of_a_ciphertext_is_noticed() -> None:
    sealed = encrypt("private", KEY)
    for place in range(0, len(sealed) - 1, 3):
        if "." not in sealed[place : place + 2]:
            other = "A" if sealed[place] != "A" else "B"
            assert decrypt(f"{sealed[:place]}{other}{sealed[place + 1 :]}", KEY) is None, place
