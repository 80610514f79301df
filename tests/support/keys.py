"""Key pairs of clients that have answers encrypted for them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from joserfc import jwe
from joserfc.jwk import ECKey, RSAKey, import_key


class EncryptionKey:
    """A key pair for one way of encryption."""

    def __init__(self, algorithm: str) -> None:
        parameters: Any = {"use": "enc", "kid": "sealed"}
        self.key: RSAKey | ECKey
        if algorithm.startswith("RSA"):
            self.key = RSAKey.generate_key(2048, parameters=parameters)
        else:
            self.key = ECKey.generate_key("P-256", parameters=parameters)

    @property
    def jwks(self) -> dict[str, Any]:
        """Its public part as a JWK Set."""
        return {"keys": [self.key.as_dict(private=False)]}

    def decrypt(self, token: str) -> str:
        """What a JWE for this key says."""
        part = token.split(".")[0]
        header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        found = jwe.decrypt_compact(token, self.key, algorithms=[header["alg"], header["enc"]])
        return (found.plaintext or b"").decode()


def encrypted(payload: str, key: Mapping[str, Any], content: str = "A128CBC-HS256", **header: Any) -> str:
    """A JWE for a public key, as a JWK Set has it; header members that are ``None`` are left out."""
    named = {"alg": key["alg"], "enc": content, "kid": key["kid"], "cty": "JWT", **header}
    kept = {name: value for name, value in named.items() if value is not None}
    algorithms = [kept["alg"], kept["enc"], *([kept["zip"]] if "zip" in kept else [])]
    members = {name: value for name, value in key.items() if name not in {"alg", "use"}}
    return jwe.encrypt_compact(kept, payload, import_key(members), algorithms=algorithms)


def unsigned(claims: Any) -> str:
    """A JWT that nobody signed."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, claims)
    ]
    return f"{'.'.join(parts)}."
