"""What clients sign with their own keys, and what is encrypted for them (RFC 7515 to 7519)."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, import_key
from joserfc.jws import CompactSignature

from sso_portal.base.jose import ENCRYPTION_ALGORITHMS, DecryptionKey, registry_for

VERIFICATION_ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA")
"""Algorithms by which clients may sign with a key of their own."""

KEY_ENCRYPTION_ALGORITHMS = ("RSA-OAEP-256", "RSA-OAEP", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
"""How the key of what is encrypted for a client is told (RFC 7518, section 4.1)."""

CONTENT_ENCRYPTION_ALGORITHMS = ("A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM")
"""How the content is encrypted (RFC 7518, section 5.1)."""

DEFAULT_CONTENT_ENCRYPTION = "A128CBC-HS256"
"""When only the key encryption is registered (OpenID Connect Dynamic Client Registration 1.0, section 2)."""

MAXIMUM_LENGTH = 20_000
"""Characters of the longest JWT that is looked at."""

_MAXIMUM_KEYS = 20
_PARTS_OF_A_JWE = 4
_KEY_TYPES = {"ES256": "EC", "RS256": "RSA", "PS256": "RSA", "EdDSA": "OKP"}
_CURVES = {"ES256": "P-256", "EdDSA": "Ed25519"}
_PUBLIC_MEMBERS = {"EC": ("kty", "crv", "x", "y"), "RSA": ("kty", "n", "e"), "OKP": ("kty", "crv", "x")}
_SECRET_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_SMALLEST_RSA_BITS = 2048

# What joserfc and the libraries below it raise for hostile tokens and keys.
_UNREADABLE = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


class BadToken(ValueError):
    """A JWT that is not acceptable; the message says why, fit for the client's developer."""


class UnknownKey(BadToken):
    """No key of the client fits the JWT: it may have rotated its keys."""


def jwk_set_problem(value: Mapping[str, Any]) -> str | None:
    """Why ``value`` is not a JWK Set of public keys (RFC 7517, section 5), or ``None``."""
    keys = value.get("keys")
    if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
        return 'is not a JWK Set: {"keys": [...]}'
    if len(keys) > _MAXIMUM_KEYS:
        return f"has more than {_MAXIMUM_KEYS} keys"
    for number, key in enumerate(keys, start=1):
        if key.get("kty") == "oct" or _SECRET_MEMBERS & set(key):
            return f"key {number} is secret; only public keys are registered"
    return None


def header_of(token: str) -> Mapping[str, Any]:
    """The header of a compact JWS, not verified. Raises :class:`BadToken`."""
    if len(token) > MAXIMUM_LENGTH:
        raise BadToken(f"The JWT is longer than {MAXIMUM_LENGTH} characters.")
    try:
        return dict(_parts_of(token).headers())
    except _UNREADABLE:
        raise BadToken("This is not a signed JWT: three parts of base64url, separated by dots.") from None


def _parts_of(token: str) -> CompactSignature:
    # Nothing is verified by it: of the registry only the limits matter here.
    return jws.extract_compact(token.encode("ascii"), registry=registry_for("ES256"))


def unsigned_claims(token: str) -> dict[str, Any]:
    """The claims of a JWT whose header says ``alg`` is ``none`` (RFC 7519, section 6). Raises :class:`BadToken`."""
    if header_of(token).get("alg") != "none" or not token.endswith("."):
        raise BadToken("The JWT is not unsigned.")
    return _claims(bytes(_parts_of(token).payload))


def unverified_claims(token: str) -> dict[str, Any]:
    """What a signed JWT says about itself, believed by nobody yet. Raises :class:`BadToken`."""
    header_of(token)
    return _claims(bytes(_parts_of(token).payload))


def verified_by_keys(token: str, jwks: Mapping[str, Any], algorithms: Sequence[str]) -> dict[str, Any]:
    """The claims of a JWT signed with one of the public keys in ``jwks``.

    Raises :class:`UnknownKey` when no key fits, :class:`BadToken` for everything else.
    """
    header = header_of(token)
    algorithm = _allowed_algorithm(header, algorithms)
    fitting = [key for key in _keys(jwks) if _may_verify(key, algorithm, header.get("kid"))]
    if not fitting:
        named = f" and kid {header['kid']!r:.80}" if isinstance(header.get("kid"), str) else ""
        raise UnknownKey(f"The client has no registered key for {algorithm}{named}.")
    for key in fitting:
        try:
            verified = jws.deserialize_compact(
                token.encode("ascii"), import_key(dict(key)), registry=registry_for(algorithm)
            )
        except _UNREADABLE:
            continue
        return _claims(verified.payload)
    raise BadToken("The signature of the JWT does not match the client's key.")


def verified_by_its_own_key(token: str, algorithms: Sequence[str]) -> tuple[dict[str, Any], str]:
    """The claims of a JWT that brings the public key of its signer along (RFC 7515, section 4.1.3), and the thumbprint
    of that key (RFC 7638). It proves who has the private key, and nothing else. Raises :class:`BadToken`."""
    header = header_of(token)
    algorithm, key = _allowed_algorithm(header, algorithms), header.get("jwk")
    if not isinstance(key, dict):
        raise BadToken("The JWT has no public key in its header (jwk).")
    if key.get("kty") == "oct" or _SECRET_MEMBERS & set(key):
        raise BadToken("The key in the JWT's header is secret; only a public one belongs there.")
    bare = {name: key[name] for name in _PUBLIC_MEMBERS[_KEY_TYPES[algorithm]] if name in key}
    if not _may_verify(bare, algorithm, None):
        raise BadToken(f"The key in the JWT's header is not one for {algorithm}, or too weak.")
    try:
        public = import_key(bare)
        verified = jws.deserialize_compact(token.encode("ascii"), public, registry=registry_for(algorithm))
        return _claims(verified.payload), public.thumbprint()
    except BadToken:
        raise
    except _UNREADABLE:
        raise BadToken("The signature of the JWT does not match the key in its header.") from None


def verified_by_secret(token: str, secret: str) -> dict[str, Any]:
    """The claims of a JWT signed by HS256 with the client's secret. Raises :class:`BadToken`."""
    _allowed_algorithm(header_of(token), ("HS256",))
    try:
        verified = jws.deserialize_compact(token.encode("ascii"), OctKey.import_key(secret), algorithms=["HS256"])
    except _UNREADABLE:
        raise BadToken("The signature of the JWT does not match the client's secret.") from None
    return _claims(verified.payload)


def encrypted_for(payload: str, jwks: Mapping[str, Any], algorithm: str, content: str, *, content_type: str) -> str:
    """``payload`` as a compact JWE that only the client can read.

    Raises :class:`UnknownKey` when none of its keys is for ``algorithm``.
    """
    for key in _keys(jwks):
        if not _may_encrypt(key, algorithm):
            continue
        header = {"alg": algorithm, "enc": content or DEFAULT_CONTENT_ENCRYPTION, "cty": content_type}
        if isinstance(key.get("kid"), str):
            header["kid"] = key["kid"]
        algorithms = [algorithm, header["enc"]]
        try:
            return jwe.encrypt_compact(header, payload.encode(), import_key(dict(key)), algorithms=algorithms)
        except _UNREADABLE:
            continue
    raise UnknownKey(f"The client has no registered key for {algorithm}.")


def is_encrypted(token: str) -> bool:
    """Whether this looks like a compact JWE: five parts (RFC 7516, section 7.1)."""
    return token.count(".") == _PARTS_OF_A_JWE


def decrypted(token: str, keys: Iterable[DecryptionKey]) -> str:
    """What a client has encrypted for the portal, never inflated: a little could become a lot (RFC 8725, section 3.6).

    Raises :class:`BadToken`.
    """
    if len(token) > MAXIMUM_LENGTH:
        raise BadToken(f"The JWT is longer than {MAXIMUM_LENGTH} characters.")
    header = _encryption_header(token)
    algorithm, content = header.get("alg"), header.get("enc")
    if algorithm not in ENCRYPTION_ALGORITHMS or content not in CONTENT_ENCRYPTION_ALGORITHMS:
        raise BadToken(f"it is encrypted by {str(algorithm)[:20]!r} and {str(content)[:20]!r}, which are not allowed.")
    if not {"zip", "crit"}.isdisjoint(header):
        raise BadToken("the header of the JWE has zip or crit, which are not taken.")
    fitting = [key for key in keys if key.algorithm == algorithm and header.get("kid") in (None, key.kid)]
    if not fitting:
        raise BadToken("it is encrypted for a key that the portal does not have; read its JWK Set again.")
    return _opened(token, fitting, [str(algorithm), str(content)])


def _encryption_header(token: str) -> Mapping[str, Any]:
    part = token.partition(".")[0]
    try:
        # Read before the library sees it: what may not be used shall not be tried.
        return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))
    except _UNREADABLE:
        raise BadToken("this is not an encrypted JWT.") from None


def _opened(token: str, keys: Sequence[DecryptionKey], algorithms: list[str]) -> str:
    for key in keys:
        try:
            return (jwe.decrypt_compact(token, key.private_key, algorithms=algorithms).plaintext or b"").decode("utf-8")
        except _UNREADABLE:
            continue
    raise BadToken("it cannot be decrypted.")


def can_encrypt_for(jwks: Mapping[str, Any], algorithm: str) -> bool:
    """Whether the client has a key that something can be encrypted for by ``algorithm``."""
    return any(_may_encrypt(key, algorithm) for key in _keys(jwks))


def _allowed_algorithm(header: Mapping[str, Any], algorithms: Sequence[str]) -> str:
    algorithm = header.get("alg")
    if algorithm not in algorithms:
        raise BadToken(f"The JWT is signed with {str(algorithm)[:20]!r}; allowed: {', '.join(algorithms)}.")
    if "crit" in header:
        raise BadToken("The JWT has critical header members (crit) that are not understood here.")
    return str(algorithm)


def _keys(jwks: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    keys = jwks.get("keys")
    found: list[Mapping[str, Any]] = [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
    return found[:_MAXIMUM_KEYS]


def _may_verify(key: Mapping[str, Any], algorithm: str, kid: object) -> bool:
    return (
        key.get("kty") == _KEY_TYPES[algorithm]
        and (algorithm not in _CURVES or key.get("crv") == _CURVES[algorithm])
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        # A JWT that names a key is checked with that key alone; a key without a name serves those that name none.
        and (kid is None or key.get("kid") == kid)
        and _is_strong(key)
    )


def _may_encrypt(key: Mapping[str, Any], algorithm: str) -> bool:
    kinds = {"RSA"} if algorithm.startswith("RSA") else {"EC", "OKP"}
    return (
        key.get("kty") in kinds
        and key.get("crv") != "Ed25519"
        and key.get("use", "enc") == "enc"
        and key.get("alg", algorithm) == algorithm
        and _is_strong(key)
    )


def _is_strong(key: Mapping[str, Any]) -> bool:
    # Four characters of base64url carry three bytes; zeros in front carry nothing.
    return key.get("kty") != "RSA" or len(str(key.get("n", "")).lstrip("A")) * 6 >= _SMALLEST_RSA_BITS


def _claims(payload: bytes | None) -> dict[str, Any]:
    try:
        claims = json.loads(payload or b"", parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        claims = None
    if not isinstance(claims, dict):
        raise BadToken("The JWT's content is not a JSON object.")
    return claims


def _finite(text: str) -> float:
    # Python reads NaN, Infinity and 1e999, with which no time can be compared sensibly.
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("not a number of JSON")
    return number
