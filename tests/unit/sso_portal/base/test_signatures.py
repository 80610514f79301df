"""Signatures of every algorithm, verified without the library that made them (RFC 7518, section 3; RFC 8037)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from joserfc import jws, jwt
from joserfc.jwk import KeySet

from sso_portal.base import jose
from sso_portal.base.jose import SIGNING_ALGORITHMS, generate_signing_key, sign, verified_claims

KEYS = {algorithm: generate_signing_key(algorithm) for algorithm in SIGNING_ALGORITHMS}


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(text: str) -> int:
    return int.from_bytes(decoded(text), "big")


def verify(algorithm: str, jwk: Mapping[str, Any], message: bytes, signature: bytes) -> None:
    """Raises InvalidSignature."""
    if algorithm == "EdDSA":
        assert (jwk["kty"], jwk["crv"]) == ("OKP", "Ed25519")
        ed25519.Ed25519PublicKey.from_public_bytes(decoded(jwk["x"])).verify(signature, message)
    elif algorithm == "ES256":
        assert (jwk["kty"], jwk["crv"], len(signature)) == ("EC", "P-256", 64)
        point = ec.EllipticCurvePublicNumbers(number(jwk["x"]), number(jwk["y"]), ec.SECP256R1()).public_key()
        halves = (int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
        point.verify(encode_dss_signature(*halves), message, ec.ECDSA(hashes.SHA256()))
    else:
        public = rsa.RSAPublicNumbers(number(jwk["e"]), number(jwk["n"])).public_key()
        assert public.key_size >= 2048
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=32)
        public.verify(signature, message, pss if algorithm == "PS256" else padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_a_signature_is_what_the_specification_says(algorithm: str) -> None:
    key = KEYS[algorithm]
    token = sign(key, {"sub": "张鹏"})
    message, _, signature = token.rpartition(".")
    assert json.loads(decoded(message.split(".")[0])) == {"alg": algorithm, "kid": key.kid, "typ": "JWT"}
    assert json.loads(decoded(message.split(".")[1])) == {"sub": "张鹏"}
    verify(algorithm, key.public, message.encode(), decoded(signature))
    with pytest.raises(InvalidSignature):
        verify(algorithm, key.public, message.encode() + b"x", decoded(signature))


@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_the_name_of_a_key_is_its_thumbprint(algorithm: str) -> None:
    members = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n"), "OKP": ("crv", "kty", "x")}
    public = KEYS[algorithm].public
    # RFC 7638, section 3: the required members only, in order, without spaces.
    required = json.dumps({name: public[name] for name in members[public["kty"]]}, separators=(",", ":"))
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(required.encode()).digest()).rstrip(b"=").decode()
    assert KEYS[algorithm].kid == public["kid"] == thumbprint


def test_the_two_kinds_of_rsa_signature_are_not_taken_for_each_other() -> None:
    for algorithm, other in (("RS256", "PS256"), ("PS256", "RS256")):
        _, body, signature = sign(KEYS[algorithm], {"sub": "a"}).split(".")
        header = json.dumps({"alg": other, "kid": KEYS[algorithm].kid, "typ": "JWT"}).encode()
        forged = f"{base64.urlsafe_b64encode(header).rstrip(b'=').decode()}.{body}.{signature}"
        assert verified_claims(forged, KEYS.values()) is None


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("token_type", ["JWT", "at+jwt", "logout+jwt"])
@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_a_library_that_has_only_the_published_key_takes_it(algorithm: str, token_type: str) -> None:
    claims = {"sub": '张鹏 "\\\n\u2028', "aud": ["a", "b"], "exp": 4_102_444_800, "address": {"x": None, "y": 0.5}}
    published = KeySet.import_key_set({"keys": [dict(KEYS[algorithm].public)]})
    for _ in range(2):  # the second one has its header from memory
        token = sign(KEYS[algorithm], claims, token_type=token_type)
        read = jwt.decode(token, published, algorithms=[algorithm])
        assert read.header == {"alg": algorithm, "kid": KEYS[algorithm].kid, "typ": token_type}
        assert read.claims == claims
        assert "=" not in token and len(token.split(".")) == 3


def test_numbers_that_begin_with_zeros_keep_their_place() -> None:
    """Each half of an ES256 signature has 32 bytes; one in 128 signatures has a half that would do with fewer."""
    key, short = KEYS["ES256"], 0
    for number_of_try in range(4_000):
        message, _, signature = sign(key, {"n": number_of_try}).rpartition(".")
        raw = decoded(signature)
        assert len(raw) == 64
        if raw[0] == 0 or raw[32] == 0:
            short += 1
            verify("ES256", key.public, message.encode(), raw)
            assert jws.deserialize_compact(
                f"{message}.{signature}", KeySet.import_key_set({"keys": [dict(key.public)]})
            )
        if short == 3:
            return
    raise AssertionError("4000 signatures without a zero in front are too many")


@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_a_key_is_loaded_once(algorithm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    key = generate_signing_key(algorithm)
    loads = []
    load = jose._load
    monkeypatch.setattr(jose, "_load", lambda members: loads.append(1) or load(members))
    assert len({sign(key, {"n": n}) for n in range(3)}) == 3
    assert loads == [1]
