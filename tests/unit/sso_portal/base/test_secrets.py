"""Identifiers, hashes, signatures."""

from __future__ import annotations

import base64
import json
import string

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from sso_portal.base import ids
from sso_portal.base.clock import SystemClock
from sso_portal.base.hashing import SecretHasher, TokenHasher, derive_key, fingerprint, s256
from sso_portal.base.jose import (
    SIGNING_ALGORITHMS,
    decrypt,
    encrypt,
    generate_signing_key,
    half_hash,
    make_marker,
    read_marker,
    sign,
    verified_claims,
)

KEY = b"k" * 32


def test_tokens_are_long_alphanumeric_and_different() -> None:
    drawn = {ids.token() for _ in range(1000)}
    assert len(drawn) == 1000
    assert all(len(token) == 43 and token.isascii() and token.isalnum() for token in drawn)
    letters = "".join(drawn)
    for letter in string.ascii_letters + string.digits:
        # 43 000 letters of 62 kinds: each about 694 times; a bias of a third would be noticed, chance is not.
        assert 460 < letters.count(letter) < 930, letter
    assert len(ids.trace()) == 16


def test_the_clock_tells_whole_seconds() -> None:
    assert isinstance(SystemClock().now(), int)
    assert SystemClock().now() > 1_700_000_000


def test_token_hashes_depend_on_the_key() -> None:
    one, other = TokenHasher(b"a" * 32), TokenHasher(b"b" * 32)
    assert one.hash("t") != other.hash("t")
    assert one.matches("t", one.hash("t"))
    assert not one.matches("t", other.hash("t"))
    assert one.hash("\ud800")


def test_derived_keys_differ_by_purpose() -> None:
    assert len({derive_key("secret", purpose) for purpose in ("a", "b", "c")}) == 3
    assert derive_key("secret", "a") != derive_key("other", "a")


def test_passwords() -> None:
    hasher = SecretHasher(time_cost=1, memory_cost=64, parallelism=1)
    stored = hasher.hash("密码 password")
    assert stored.startswith("$argon2id$")
    assert stored != hasher.hash("密码 password")
    assert hasher.matches("密码 password", stored)
    assert not hasher.matches("密码 passwort", stored)
    assert not hasher.matches("nobody has this password", None)
    assert not hasher.matches("x", "not a hash")
    assert not hasher.is_outdated(stored)
    assert SecretHasher(time_cost=2, memory_cost=64, parallelism=1).is_outdated(stored)


def test_the_example_of_rfc_7636() -> None:
    assert s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_example_of_openid_connect_core() -> None:
    assert half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y") == "77QmUPtjPfzWtF2AnpK9RQ"


def test_the_half_of_sha_512_goes_with_eddsa() -> None:
    assert half_hash("abc") == half_hash("abc", algorithm="PS256") == "ungWv48Bz-pBQUDeXa4iIw"
    # FIPS 180-4's example begins ddaf35a193617aba cc417349ae204131 12e6fa4e89a97ea2 0a9eeee64b55d39a.
    expected = base64.urlsafe_b64encode(
        bytes.fromhex("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a")
    )
    assert half_hash("abc", algorithm="EdDSA") == expected.rstrip(b"=").decode()


def test_a_fingerprint_is_short_and_tells_nothing() -> None:
    assert len(fingerprint("secret")) == 8
    assert fingerprint("secret") != fingerprint("secret2")


@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_signed_tokens(algorithm: str) -> None:
    key, other = generate_signing_key(algorithm), generate_signing_key(algorithm)
    token = sign(key, {"sub": "a"})
    assert verified_claims(token, [other, key]) == {"sub": "a"}
    assert verified_claims(token, [other]) is None
    head, body, signature = token.split(".")
    assert verified_claims(f"{head}.{body}x.{signature}", [key]) is None
    assert verified_claims(f"eyJhbGciOiJub25lIn0.{body}.", [key]) is None
    forged = jwt.encode({"alg": "HS256"}, {"sub": "a"}, OctKey.import_key(json.dumps(dict(key.public))))
    assert verified_claims(forged, [key]) is None
    for garbage in ("", "a", "a.b.c", "x" * 100_000):
        assert verified_claims(garbage, [key]) is None
    assert "d" not in key.public


def test_encryption_at_rest() -> None:
    sealed = encrypt("private", KEY)
    assert decrypt(sealed, KEY) == "private"
    assert decrypt(sealed, b"l" * 32) is None
    assert decrypt(sealed[:-3] + "AAA", KEY) is None
    assert decrypt("garbage", KEY) is None
    assert sealed != encrypt("private", KEY)


def test_markers_have_a_purpose_and_an_end() -> None:
    marker = make_marker(KEY, "login", {"exp": 100, "a": 1})
    assert read_marker(KEY, "login", marker, 99) == {"exp": 100, "a": 1}
    assert read_marker(KEY, "login", marker, 100) is None
    assert read_marker(KEY, "consent", marker, 99) is None
    assert read_marker(b"l" * 32, "login", marker, 99) is None
    assert read_marker(KEY, "login", make_marker(KEY, "login", {}), 0) is None
    assert read_marker(KEY, "login", "garbage", 0) is None
