"""What the portal's signed tokens say, verified by the keys it publishes and nothing else."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import KeySet

_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]


def verified_claims(token: str, jwks: Any) -> dict[str, Any]:
    """The claims of a JWT that one of the keys of ``jwks`` has signed (RFC 7515); times and audience are not looked at.
    Raises ``joserfc.errors.JoseError``."""
    assert isinstance(jwks, Mapping), f"the portal publishes no keys but {jwks!r}"
    with warnings.catch_warnings():
        # EdDSA has a newer name, which nobody uses yet.
        warnings.simplefilter("ignore", SecurityWarning)
        return dict(jwt.decode(token, KeySet.import_key_set(dict(jwks)), algorithms=_ALGORITHMS).claims)  # type: ignore[arg-type]
