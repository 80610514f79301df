"""Key pairs of clients: to sign with, and to have answers encrypted for (RFC 7517)."""

from __future__ import annotations

from functools import cache
from typing import Any

from joserfc import jwe
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from sso_testkit.faults.signed_tokens import header_of

KeyPair = ECKey | RSAKey | OKPKey
Key = KeyPair | OctKey


@cache
def key_for(algorithm: str, kid: str = "") -> KeyPair:
    """A key pair to sign with by ``algorithm``; the same one for the same ``kid``, since making one takes its time."""
    parameters: Any = {"kid": kid, "use": "sig"} if kid else {"use": "sig"}
    if algorithm == "ES256":
        return ECKey.generate_key("P-256", parameters=parameters)
    if algorithm == "EdDSA":
        return OKPKey.generate_key("Ed25519", parameters=parameters)
    return RSAKey.generate_key(2048, parameters=parameters)


def jwk_set(*keys: KeyPair) -> dict[str, Any]:
    """The public parts as a client publishes them (RFC 7517, section 5)."""
    return {"keys": [dict(key.as_dict(private=False)) for key in keys]}


class EncryptionKey:
    """A key pair for which the portal encrypts; ``key`` of a relying party that is to read its answers."""

    def __init__(self, algorithm: str) -> None:
        """Of the kind that ``algorithm`` wants: ``RSA-OAEP-256``, ``ECDH-ES``, …"""
        parameters: Any = {"use": "enc", "kid": "sealed"}
        self.key: RSAKey | ECKey
        if algorithm.startswith("RSA"):
            self.key = RSAKey.generate_key(2048, parameters=parameters)
        else:
            self.key = ECKey.generate_key("P-256", parameters=parameters)

    @property
    def jwks(self) -> dict[str, Any]:
        """Its public part as a JWK Set."""
        return jwk_set(self.key)

    def decrypt(self, token: str) -> str:
        """What a JWE for this key says (RFC 7516). Raises ``joserfc.errors.JoseError``."""
        header = header_of(token)
        found = jwe.decrypt_compact(token, self.key, algorithms=[header["alg"], header["enc"]])
        return (found.plaintext or b"").decode()
