"""How our own keys sign (RFC 7518, section 3; RFC 8037): one function for each key, made once.

Nothing here reads what others send, and no token is verified here. A key of ours is known to fit its algorithm, so that
nothing has to be asked again at each signature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

Signer = Callable[[bytes], bytes]
"""Makes the signature of a message."""

_HASH = SHA256()
_HALF = 32
"""Bytes of each half of an ES256 signature (RFC 7518, section 3.4)."""


def _es256(key: Any) -> Signer:
    make, how = key.sign, ECDSA(_HASH)

    def sign(message: bytes) -> bytes:
        # The library answers a structure of ASN.1; a JWS has both numbers side by side.
        first, second = decode_dss_signature(make(message, how))
        return first.to_bytes(_HALF, "big") + second.to_bytes(_HALF, "big")

    return sign


def _rsa(padding: PKCS1v15 | PSS) -> Callable[[Any], Signer]:
    return lambda key: lambda message: bytes(key.sign(message, padding, _HASH))


def _eddsa(key: Any) -> Signer:
    make: Signer = key.sign
    return make


_MAKERS: Mapping[str, Callable[[Any], Signer]] = {
    "ES256": _es256,
    "RS256": _rsa(PKCS1v15()),
    "PS256": _rsa(PSS(MGF1(_HASH), SHA256.digest_size)),
    "EdDSA": _eddsa,
}


def signer_of(algorithm: str, key: Any) -> Signer:
    """What signs with ``algorithm`` by a loaded private key of ``cryptography``'s."""
    return _MAKERS[algorithm](key)
