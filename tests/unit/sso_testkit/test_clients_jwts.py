"""What clients sign and encrypt, read by a library and by the portal."""

from __future__ import annotations

import json

import pytest
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet, OctKey

from sso_testkit import SingleSignOn
from sso_testkit.clients import (
    EncryptionKey,
    encrypted,
    header_of,
    jwk_set,
    key_for,
    signed,
    signed_by_secret,
    unsigned,
)
from sso_testkit.clients.names import (
    CONTENT_ENCRYPTION_ALGORITHMS,
    KEY_ENCRYPTION_ALGORITHMS,
    SIGNING_ALGORITHMS,
)


@pytest.mark.filterwarnings("ignore:EdDSA")
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_what_is_signed_is_verified_by_the_published_key(algorithm: str) -> None:
    key = key_for(algorithm, "one")
    token = signed({"sub": "zp"}, key, algorithm)
    published = KeySet.import_key_set(json.loads(json.dumps(jwk_set(key))))
    assert jwt.decode(token, published, algorithms=[algorithm]).claims == {"sub": "zp"}
    assert header_of(token) == {"alg": algorithm, "kid": "one"}
    with pytest.raises(BadSignatureError):
        jwt.decode(token, key_for(algorithm, "another"), algorithms=[algorithm])


def test_a_key_is_made_once_for_each_name() -> None:
    assert key_for("ES256", "one") is key_for("ES256", "one")
    assert key_for("ES256", "one").thumbprint() != key_for("ES256", "two").thumbprint()


def test_a_published_key_has_no_secret() -> None:
    for algorithm in SIGNING_ALGORITHMS:
        assert not {"d", "p", "q"} & set(jwk_set(key_for(algorithm, "one"))["keys"][0])
    assert "d" not in EncryptionKey("ECDH-ES").jwks["keys"][0]


def test_header_members_are_added_and_left_out() -> None:
    token = signed({}, key_for("ES256", "one"), typ="logout+jwt", kid=None)
    assert header_of(token) == {"alg": "ES256", "typ": "logout+jwt"}


def test_bytes_that_are_no_claims_are_signed_as_they_are() -> None:
    token = signed(b"\xff[", key_for("ES256", "one"))
    assert jws.deserialize_compact(token, key_for("ES256", "one"), algorithms=["ES256"]).payload == b"\xff["


def test_a_secret_signs_too() -> None:
    secret = "a secret that is long enough to be a key"
    token = signed_by_secret({"sub": "zp"}, secret)
    assert jwt.decode(token, OctKey.import_key(secret), algorithms=["HS256"]).claims == {"sub": "zp"}
    assert header_of(token) == {"alg": "HS256"}


def test_what_nobody_signed_has_an_empty_signature() -> None:
    header, claims, signature = unsigned({"sub": "张鹏"}).split(".")
    assert (header, claims, signature) == ("eyJhbGciOiAibm9uZSJ9", "eyJzdWIiOiAiXHU1ZjIwXHU5ZTRmIn0", "")


@pytest.mark.parametrize("content", CONTENT_ENCRYPTION_ALGORITHMS)
@pytest.mark.parametrize("algorithm", KEY_ENCRYPTION_ALGORITHMS)
# The library warns of this one; the portal takes it from clients that know no other.
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_what_is_encrypted_is_read_with_the_key_alone(algorithm: str, content: str) -> None:
    key = EncryptionKey(algorithm)
    token = encrypted("给你", {**key.jwks["keys"][0], "alg": algorithm}, content)
    assert (header_of(token)["alg"], header_of(token)["enc"]) == (algorithm, content)
    assert key.decrypt(token) == "给你"


def test_a_request_object_may_be_right_or_wrong(sso: SingleSignOn) -> None:
    key = key_for("ES256", "requests")
    shop = sso.relying_party("shop", jwks=jwk_set(key))
    asked = {"iss": "shop", "aud": shop.issuer, "prompt": "none", "state": "sealed"}
    answer = shop.authorization_request(request=signed(asked, key)).expect_error("login_required")
    assert answer["state"] == "sealed"
    foreign = signed(asked, key_for("ES256", "strange"), kid="requests")
    shop.authorization_request(request=foreign).expect_error("invalid_request_object")
    shop.authorization_request(request=unsigned(asked)).expect_error("invalid_request_object")
