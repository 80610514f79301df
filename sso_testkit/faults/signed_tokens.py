"""Signed tokens taken apart and put together again by the portal's own keys (RFC 7515)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from joserfc import jws
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, OKPKey, RSAKey

_SIGNED = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")
_KEY_TYPES: dict[str, type[ECKey] | type[RSAKey] | type[OKPKey]] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}


class _OneAlgorithm(jws.JWSRegistry):
    """Exactly one algorithm, without the library's warning that RFC 9864 has a newer name for EdDSA."""

    def get_alg(self, name: str) -> JWSAlgModel:
        return self.algorithms["EdDSA"] if [name] == self.allowed == ["EdDSA"] else super().get_alg(name)


def is_signed(token: object) -> bool:
    """Whether it has the form of a signed token: one that is encrypted has five parts, one with ``none`` an empty
    third."""
    return isinstance(token, str) and bool(_SIGNED.fullmatch(token))


def header_of(token: str) -> dict[str, Any]:
    """What its header says; nothing is checked."""
    return _part(token, 0)


def claims_of(token: str) -> dict[str, Any]:
    """What it says; nothing is checked."""
    return _part(token, 1)


def signed(header: Mapping[str, Any], claims: Mapping[str, Any], private_key: Mapping[str, Any]) -> str:
    """A token with this header, signed with a private JWK."""
    key = _KEY_TYPES[str(private_key["kty"])].import_key(dict(private_key))
    payload = json.dumps(dict(claims)).encode()
    return jws.serialize_compact(dict(header), payload, key, registry=_OneAlgorithm(algorithms=[str(header["alg"])]))


def _part(token: str, number: int) -> dict[str, Any]:
    encoded = token.split(".")[number]
    value: dict[str, Any] = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    return value
