"""JWTs that clients make: signed, unsigned, encrypted, right or wrong (RFC 7515, RFC 7516, RFC 7519).

Assertions, request objects and proofs are all made with these. Header members that are ``None`` are left out.
"""

from __future__ import annotations

import base64
import json
import warnings
from collections.abc import Mapping
from typing import Any

from joserfc import jwe, jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import OctKey, import_key

from sso_testkit.clients.keys import Key
from sso_testkit.faults.signed_tokens import header_of

__all__ = ["encrypted", "header_of", "signed", "signed_by_secret", "unsigned"]


def signed(claims: Any, key: Key, algorithm: str = "ES256", **header: Any) -> str:
    """Anything at all, signed: ``claims`` may be no claims, and bytes stay as they are."""
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    named = _kept({"alg": algorithm, "kid": key.kid, **header})
    with warnings.catch_warnings():
        # Of EdDSA, which has a newer name that nobody uses yet.
        warnings.simplefilter("ignore", SecurityWarning)
        return jws.serialize_compact(named, payload, key, algorithms=[algorithm])


def signed_by_secret(claims: Any, secret: str | None) -> str:
    """The same by HS256, with a client's secret as the key."""
    return signed(claims, OctKey.import_key(str(secret)), "HS256", kid=None)


def unsigned(claims: Any) -> str:
    """A JWT that nobody has signed (RFC 7519, section 6)."""
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def encrypted(payload: str, key: Mapping[str, Any], content: str = "A128CBC-HS256", **header: Any) -> str:
    """A JWE for a public key as it stands in the portal's JWK Set; ``content`` is encrypted by that algorithm."""
    named = _kept({"alg": key["alg"], "enc": content, "kid": key["kid"], "cty": "JWT", **header})
    algorithms = [named["alg"], named["enc"], *([named["zip"]] if "zip" in named else [])]
    # The key is told what it is for, so that a test may use it for something else.
    members = {name: value for name, value in key.items() if name not in {"alg", "use"}}
    return jwe.encrypt_compact(named, payload, import_key(members), algorithms=algorithms)


def _kept(header: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in header.items() if value is not None}


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
