"""Clients with keys of their own: the keys, and what is signed with them."""

from __future__ import annotations

import json
import warnings
from functools import cache
from itertools import count
from typing import Any

from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from sso_testkit.sso import PORTAL

TOKEN = f"{PORTAL}/o/token/"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
Key = ECKey | RSAKey | OKPKey | OctKey

_numbers = count(1)


@cache
def key_for(algorithm: str, kid: str = "") -> ECKey | RSAKey | OKPKey:
    """A key pair for an algorithm; the same one for the same ``kid``, since making one takes its time."""
    parameters: Any = {"kid": kid, "use": "sig"} if kid else {"use": "sig"}
    if algorithm == "ES256":
        return ECKey.generate_key("P-256", parameters=parameters)
    if algorithm == "EdDSA":
        return OKPKey.generate_key("Ed25519", parameters=parameters)
    return RSAKey.generate_key(2048, parameters=parameters)


def jwk_set(*keys: ECKey | RSAKey | OKPKey) -> dict[str, Any]:
    """The public parts, as a client publishes them."""
    return {"keys": [dict(key.as_dict(private=False)) for key in keys]}


def signed(claims: Any, key: Key, algorithm: str = "ES256", **header: Any) -> str:
    """Anything at all, signed; header members that are ``None`` are left out."""
    named = {"alg": algorithm, "kid": key.kid, **header}
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    kept = {name: value for name, value in named.items() if value is not None}
    with warnings.catch_warnings():
        # Of EdDSA, which has a newer name that nobody uses yet.
        warnings.simplefilter("ignore", SecurityWarning)
        return jws.serialize_compact(kept, payload, key, algorithms=[algorithm])


def signed_by_secret(claims: Any, secret: str | None) -> str:
    """The same, with a client's secret as the key."""
    return signed(claims, OctKey.import_key(str(secret)), "HS256", kid=None)


def claims_for(client_id: str, now: int, **changes: Any) -> dict[str, Any]:
    """The claims of a good assertion with a ``jti`` of its own, with members changed or left out (``None``)."""
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": TOKEN,
        "iat": now,
        "exp": now + 60,
        "jti": f"assertion {next(_numbers)}",
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def proof(assertion: str) -> dict[str, str]:
    """The parameters that carry an assertion."""
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
