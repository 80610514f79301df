"""Signed and encrypted tokens (RFC 7515 to 7519); the only room that speaks to the JOSE and cryptography libraries."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPrivateNumbers, RSAPublicNumbers
from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, KeyParameters, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import base64_to_int

from sso_portal.base.hashing import base64url
from sso_portal.base.signers import Signer, signer_of

SigningAlgorithm = Literal["ES256", "RS256", "PS256", "EdDSA"]
SIGNING_ALGORITHMS: tuple[SigningAlgorithm, ...] = ("ES256", "RS256", "PS256", "EdDSA")
"""The algorithms this portal signs with; discovery and the key ring are computed from this tuple."""

EncryptionAlgorithm = Literal["RSA-OAEP-256", "ECDH-ES"]
ENCRYPTION_ALGORITHMS: tuple[EncryptionAlgorithm, ...] = ("RSA-OAEP-256", "ECDH-ES")
"""How clients may tell this portal the key of what they encrypt for it (RFC 7518, section 4.1)."""

KEY_ALGORITHMS: tuple[SigningAlgorithm | EncryptionAlgorithm, ...] = (*SIGNING_ALGORITHMS, *ENCRYPTION_ALGORITHMS)
"""What the key ring has a key for."""

_RSA_BITS = 2048

_KEY_TYPES: dict[str, type[ECKey] | type[RSAKey] | type[OKPKey]] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}

# TypeError too: that is what joserfc raises for a header with members of strange types, which anyone may send.
_UNREADABLE = (JoseError, ValueError, TypeError)


class _OneAlgorithm(JWSRegistry):
    """Exactly one algorithm. Without the library's warning that RFC 9864 has a newer name for EdDSA: the name of
    RFC 8037 is the one that relying sites know. A header may hold an RSA key or a certificate: the library's own limit
    of 512 bytes is too narrow for either."""

    max_header_length = 4_096

    def get_alg(self, name: str) -> JWSAlgModel:
        return self.algorithms["EdDSA"] if [name] == self.allowed == ["EdDSA"] else super().get_alg(name)


_REGISTRIES = {algorithm: _OneAlgorithm(algorithms=[algorithm]) for algorithm in SIGNING_ALGORITHMS}


def registry_for(algorithm: str) -> JWSRegistry:
    """What tells the library that a JWT may be signed with ``algorithm`` and with nothing else."""
    return _OneAlgorithm(algorithms=[algorithm])


@dataclass(frozen=True, eq=False)
class KeyPair:
    """One key pair of the portal; ``private`` never leaves the process unencrypted."""

    kid: str
    algorithm: SigningAlgorithm | EncryptionAlgorithm
    private: Mapping[str, Any]
    public: Mapping[str, Any]

    @cached_property
    def private_key(self) -> ECKey | RSAKey | OKPKey:
        """The loaded key pair; loading costs more than signing, so it happens once."""
        return _load(self.private)

    @cached_property
    def public_key(self) -> ECKey | RSAKey | OKPKey:
        """The loaded public part."""
        return _load(self.public)


@dataclass(frozen=True, eq=False)
class SigningKey(KeyPair):
    """A key pair that signs."""

    algorithm: SigningAlgorithm

    @cached_property
    def signer(self) -> Signer:
        """What makes its signatures."""
        return signer_of(self.algorithm, self.private_key.get_op_key("sign"))

    @cached_property
    def headers(self) -> dict[str, str]:
        """The encoded header of each type of token that it has signed; there are a handful."""
        return {}


@dataclass(frozen=True, eq=False)
class DecryptionKey(KeyPair):
    """A key pair by which clients encrypt for the portal."""

    algorithm: EncryptionAlgorithm


def _load(members: Mapping[str, Any]) -> ECKey | RSAKey | OKPKey:
    if members["kty"] == "RSA" and "d" in members:
        return RSAKey(_rsa(members), dict(members))
    return _KEY_TYPES[members["kty"]].import_key(dict(members))


def _rsa(members: Mapping[str, Any]) -> RSAPrivateKey:
    """An RSA key of our own (RFC 7518, section 6.3.2), without proving its numbers to be primes, which takes as long as
    several signatures: it was made here, and the encryption at rest shows that it is still what was made."""
    p, q, d, dp, dq, qi, e, n = (base64_to_int(members[name]) for name in ("p", "q", "d", "dp", "dq", "qi", "e", "n"))
    private = RSAPrivateNumbers(p=p, q=q, d=d, dmp1=dp, dmq1=dq, iqmp=qi, public_numbers=RSAPublicNumbers(e, n))
    return private.private_key(unsafe_skip_rsa_key_validation=True)


def generate_signing_key(algorithm: SigningAlgorithm) -> SigningKey:
    """A fresh key pair; its ``kid`` is the thumbprint of its public part (RFC 7638)."""
    return SigningKey(*_generate(algorithm, "sig"))


def generate_decryption_key(algorithm: EncryptionAlgorithm) -> DecryptionKey:
    """The same, for clients to encrypt by."""
    return DecryptionKey(*_generate(algorithm, "enc"))


def _generate(algorithm: Any, use: Literal["sig", "enc"]) -> tuple[str, Any, Mapping[str, Any], Mapping[str, Any]]:
    parameters: KeyParameters = {"use": use, "alg": algorithm}
    key: ECKey | RSAKey | OKPKey
    if algorithm in {"ES256", "ECDH-ES"}:
        key = ECKey.generate_key("P-256", parameters=parameters)
    elif algorithm == "EdDSA":
        key = OKPKey.generate_key("Ed25519", parameters=parameters)
    else:
        key = RSAKey.generate_key(_RSA_BITS, parameters=parameters)
    kid = key.thumbprint()
    return kid, algorithm, {**key.as_dict(private=True), "kid": kid}, {**key.as_dict(private=False), "kid": kid}


def key_pair(kid: str, algorithm: str, private: Mapping[str, Any], public: Mapping[str, Any]) -> KeyPair:
    """A key pair as it was stored; what it is for follows from its algorithm."""
    for signing in SIGNING_ALGORITHMS:
        if signing == algorithm:
            return SigningKey(kid, signing, private, public)
    decrypting = next(known for known in ENCRYPTION_ALGORITHMS if known == algorithm)
    return DecryptionKey(kid, decrypting, private, public)


_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def sign(key: SigningKey, claims: Mapping[str, Any], *, token_type: str = "JWT") -> str:  # noqa: S107
    """A compact JWT over ``claims``, signed with ``key``; ``token_type`` becomes the ``typ`` header (RFC 7519, 5.1)."""
    header = key.headers.get(token_type)
    if header is None:
        members = {"typ": token_type, "alg": key.algorithm, "kid": key.kid}
        header = key.headers[token_type] = base64url(_to_json(members).encode())
    message = f"{header}.{base64url(_to_json(claims).encode())}"
    return f"{message}.{base64url(key.signer(message.encode('ascii')))}"


def verified_claims(token: str, keys: Iterable[KeyPair]) -> dict[str, Any] | None:
    """The claims of a token this portal signed itself, or ``None``; the times in it are the caller's to judge."""
    for key in (known for known in keys if isinstance(known, SigningKey)):
        try:
            return dict(jwt.decode(token, key.public_key, registry=_REGISTRIES[key.algorithm]).claims)
        except _UNREADABLE:
            continue
    return None


def encrypt(plaintext: str, key: bytes) -> str:
    """``plaintext`` under a 32-byte key, as a compact JWE with direct A256GCM (RFC 7518, sections 4.5 and 5.3)."""
    return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, plaintext, OctKey.import_key(key))


def decrypt(ciphertext: str, key: bytes) -> str | None:
    """What :func:`encrypt` was given, or ``None`` when the key is another one or the text was changed."""
    try:
        result = jwe.decrypt_compact(ciphertext, OctKey.import_key(key))
    except _UNREADABLE:
        return None
    return (result.plaintext or b"").decode()


def make_marker(key: bytes, purpose: str, claims: Mapping[str, Any]) -> str:
    """A small signed note for ourselves; ``purpose`` keeps a note for one step from being used at another."""
    header = {"alg": "HS256", "typ": f"{purpose}+marker"}
    return jwt.encode(header, dict(claims), OctKey.import_key(key), algorithms=["HS256"])


def read_marker(key: bytes, purpose: str, marker: str, now: int) -> dict[str, Any] | None:
    """The claims of a marker made for ``purpose`` and not yet expired (``exp``), else ``None``."""
    try:
        token = jwt.decode(marker, OctKey.import_key(key), algorithms=["HS256"])
    except _UNREADABLE:
        return None
    expires = token.claims.get("exp")
    fresh = isinstance(expires, int) and now < expires
    return dict(token.claims) if fresh and token.header.get("typ") == f"{purpose}+marker" else None


def half_hash(value: str, *, algorithm: str = "RS256") -> str:
    """The left half of the hash that ``algorithm`` signs with, as ``at_hash``, ``c_hash`` and ``s_hash`` want it
    (OpenID Connect Core, section 3.1.3.6): SHA-256, or SHA-512 for EdDSA with Ed25519 (RFC 8032, section 5.1)."""
    digest = (hashlib.sha512 if algorithm == "EdDSA" else hashlib.sha256)(value.encode()).digest()
    return base64url(digest[: len(digest) // 2])
