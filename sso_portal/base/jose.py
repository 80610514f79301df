"""Signed and encrypted tokens (RFC 7515 to 7519); the only room that speaks to the JOSE and cryptography libraries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeyParameters, OctKey, RSAKey

from sso_portal.base.hashing import base64url

SigningAlgorithm = Literal["RS256", "ES256"]
SIGNING_ALGORITHMS: tuple[SigningAlgorithm, ...] = ("ES256", "RS256")
"""The algorithms this portal signs with; discovery and the key ring are computed from this tuple."""

_RSA_BITS = 2048

# TypeError too: that is what joserfc raises for a header with members of strange types, which anyone may send.
_UNREADABLE = (JoseError, ValueError, TypeError)


@dataclass(frozen=True, eq=False)
class SigningKey:
    """One key pair of the portal; ``private`` never leaves the process unencrypted."""

    kid: str
    algorithm: SigningAlgorithm
    private: Mapping[str, Any]
    public: Mapping[str, Any]

    @cached_property
    def private_key(self) -> ECKey | RSAKey:
        """The loaded key pair; loading costs more than signing, so it happens once."""
        return _load(self.private)

    @cached_property
    def public_key(self) -> ECKey | RSAKey:
        """The loaded public part."""
        return _load(self.public)


def _load(members: Mapping[str, Any]) -> ECKey | RSAKey:
    return RSAKey.import_key(dict(members)) if members["kty"] == "RSA" else ECKey.import_key(dict(members))


def generate_signing_key(algorithm: SigningAlgorithm) -> SigningKey:
    """A fresh key pair; its ``kid`` is the thumbprint of its public part (RFC 7638)."""
    parameters: KeyParameters = {"use": "sig", "alg": algorithm}
    key: ECKey | RSAKey
    if algorithm == "ES256":
        key = ECKey.generate_key("P-256", parameters=parameters)
    else:
        key = RSAKey.generate_key(_RSA_BITS, parameters=parameters)
    kid = key.thumbprint()
    return SigningKey(
        kid,
        algorithm,
        {**key.as_dict(private=True), "kid": kid},
        {**key.as_dict(private=False), "kid": kid},
    )


def sign(key: SigningKey, claims: Mapping[str, Any], *, token_type: str = "JWT") -> str:  # noqa: S107
    """A compact JWT over ``claims``, signed with ``key``; ``token_type`` becomes the ``typ`` header (RFC 7519, 5.1)."""
    header = {"alg": key.algorithm, "kid": key.kid, "typ": token_type}
    return jwt.encode(header, dict(claims), key.private_key, algorithms=[key.algorithm])


def verified_claims(token: str, keys: Iterable[SigningKey]) -> dict[str, Any] | None:
    """The claims of a token this portal signed itself, or ``None``; the times in it are the caller's to judge."""
    for key in keys:
        try:
            return dict(jwt.decode(token, key.public_key, algorithms=[key.algorithm]).claims)
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


def half_hash(value: str) -> str:
    """The left half of SHA-256, as ``at_hash`` and ``c_hash`` want it (OpenID Connect Core, section 3.1.3.6)."""
    return base64url(hashlib.sha256(value.encode("ascii")).digest()[:16])
