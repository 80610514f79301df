"""Keys: the key ring that signs id_tokens, made at first start and kept encrypted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sso_portal.base.clock import Clock
from sso_portal.base.errors import KeysUnreadable
from sso_portal.base.jose import (
    SIGNING_ALGORITHMS,
    SigningAlgorithm,
    SigningKey,
    decrypt,
    encrypt,
    generate_signing_key,
)
from sso_portal.services.cache import VersionedCache
from sso_portal.storage.database import Work
from sso_portal.storage.keys import VERSION, KeyRow, KeyStore


@dataclass(frozen=True)
class KeyInfo:
    """What may be told about a key."""

    kid: str
    algorithm: str
    signs: bool
    created_at: int
    retired_at: int | None


@dataclass(frozen=True)
class KeyRing:
    """The published keys, newest first, and which of them sign."""

    published: tuple[SigningKey, ...]
    signing: dict[str, SigningKey]

    def jwks(self) -> dict[str, list[dict[str, object]]]:
        """The public parts as a JWK Set (RFC 7517, section 5)."""
        return {"keys": [dict(key.public) for key in self.published]}


KeyCache = VersionedCache[KeyRing]


def key_cache(encryption_key: bytes) -> KeyCache:
    """A cache of the key ring, decrypted in memory."""
    return VersionedCache(VERSION, lambda work: _load_ring(work, encryption_key))


def _load_ring(work: Work, encryption_key: bytes) -> KeyRing:
    published: list[SigningKey] = []
    signing: dict[str, SigningKey] = {}
    for row in KeyStore(work).all():
        key = _decrypted(row, encryption_key)
        published.append(key)
        if row.signs:
            signing[row.algorithm] = key
    return KeyRing(tuple(published), signing)


def _decrypted(row: KeyRow, encryption_key: bytes) -> SigningKey:
    plain = decrypt(row.private_encrypted, encryption_key)
    if plain is None:
        raise KeysUnreadable("The signing keys were encrypted with another sso.security.secret than today's.")
    algorithm = next(known for known in SIGNING_ALGORITHMS if known == row.algorithm)
    return SigningKey(row.kid, algorithm, json.loads(plain), row.public)


class Keys:
    """The key ring."""

    def __init__(self, work: Work, cache: KeyCache, encryption_key: bytes, clock: Clock) -> None:
        """Reads go through ``cache``; changes through the given transaction."""
        self._work = work
        self._store = KeyStore(work)
        self._cache = cache
        self._encryption_key = encryption_key
        self._clock = clock

    def ring(self) -> KeyRing:
        """The key ring, from memory. Raises :class:`KeysUnreadable`."""
        return self._cache.get(self._work)

    def ensure(self) -> None:
        """Make a signing key for every algorithm that has none; processes that start at once agree on one."""
        present = {row.signs for row in self._store.all()}
        for algorithm in SIGNING_ALGORITHMS:
            if algorithm not in present:
                self._add(algorithm)

    def rotate(self) -> Sequence[KeyInfo]:
        """Sign with fresh keys from now on; the old ones stay published for the tokens they signed."""
        now = self._clock.now()
        for algorithm in SIGNING_ALGORITHMS:
            self._store.retire(algorithm, now)
            self._add(algorithm)
        return self.all()

    def all(self) -> Sequence[KeyInfo]:
        """Every key, newest first."""
        return [
            KeyInfo(row.kid, row.algorithm, row.signs is not None, row.created_at, row.retired_at)
            for row in self._store.all()
        ]

    def _add(self, algorithm: SigningAlgorithm) -> None:
        key = generate_signing_key(algorithm)
        sealed = encrypt(json.dumps(dict(key.private)), self._encryption_key)
        self._store.add(KeyRow(key.kid, algorithm, dict(key.public), sealed, algorithm, self._clock.now(), None))
        self._cache.forget()
