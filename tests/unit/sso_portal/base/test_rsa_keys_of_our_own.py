"""The portal's own RSA keys are loaded quickly, and are the same as when the library loads them with care."""

from __future__ import annotations

import json

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from sso_portal.base.jose import SigningAlgorithm, SigningKey, generate_signing_key, key_pair, sign, verified_claims


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_a_stored_key_is_what_the_library_loads(algorithm: SigningAlgorithm) -> None:
    made = generate_signing_key(algorithm)
    stored = json.loads(json.dumps(dict(made.private)))
    loaded = key_pair(made.kid, algorithm, stored, made.public)
    assert isinstance(loaded, SigningKey)
    careful = RSAKey.import_key(stored)
    assert loaded.private_key.as_dict(private=True) == careful.as_dict(private=True)
    token = sign(loaded, {"sub": "zp"})
    assert jwt.decode(token, careful, algorithms=[algorithm]).claims == {"sub": "zp"}
    assert verified_claims(token, [loaded]) == {"sub": "zp"}
