"""Which key signs, which are published, which still verify: read from the clock, so that all processes agree.

Keys by which clients encrypt for the portal come and go with those that sign; all that are believed still decrypt.

made ──► next ──► signs ──► published ──► kept ──► gone
         in the JWK Set ────────────────►
         believed in an id_token_hint ───────────►
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sso_portal.base.errors import KeysUnreadable
from sso_portal.base.jose import KeyPair, SigningKey, decrypt, key_pair
from sso_portal.services.cache import VersionedCache
from sso_portal.storage.database import Work
from sso_portal.storage.keys import VERSION, KeyRow, KeyStore


@dataclass(frozen=True)
class Schedule:
    """How keys come and go, in seconds.

    A key signs for ``rotate``, its successor is published ``publish_ahead`` before that ends, it stays published for
    ``keep`` after it has signed and is believed in hints for ``hint`` more.
    """

    rotate: int
    publish_ahead: int
    keep: int
    hint: int

    def published_since(self, now: int) -> int:
        """A key that was superseded at this time or before is not published any more."""
        return now - self.keep

    def believed_since(self, now: int) -> int:
        """A key that was superseded at this time or before is not believed any more."""
        return now - self.keep - self.hint


def superseded_at(row: KeyRow, rows: Sequence[KeyRow]) -> int | None:
    """When a later generation begins to sign in place of this one; ``None`` while there is none."""
    later = (other for other in rows if other.algorithm == row.algorithm and other.generation > row.generation)
    return min((other.signs_from for other in later), default=None)


@dataclass(frozen=True)
class KeyRing:
    """Every key in memory, the highest generations first.

    ``ends`` are the keys with the time when each is superseded; ``lines`` are, for each algorithm that signs, the keys
    with the time from which each signs.
    """

    ends: tuple[tuple[KeyPair, int | None], ...]
    lines: Mapping[str, tuple[tuple[int, SigningKey], ...]]

    def signing(self, algorithm: str, now: int) -> SigningKey:
        """The key of ``algorithm`` that signs: the highest generation whose time has come."""
        line = self.lines[algorithm]
        for signs_from, key in line:
            if signs_from <= now:
                return key
        # The very first key, made by a machine whose clock is a little ahead of ours.
        return line[-1][1]

    def algorithms(self) -> set[str]:
        """Every algorithm that there is a key for."""
        return {key.algorithm for key, _ in self.ends}

    def since(self, moment: int) -> tuple[KeyPair, ...]:
        """The keys that are superseded after ``moment`` or not at all."""
        return tuple(key for key, end in self.ends if end is None or end > moment)


KeyCache = VersionedCache[KeyRing]


def key_cache(encryption_key: bytes) -> KeyCache:
    """A cache of the key ring, decrypted in memory."""
    return VersionedCache(VERSION, _RingLoader(encryption_key))


class _RingLoader:
    """Reads the key ring. A key that was there before stays the same object, which is loaded already."""

    def __init__(self, encryption_key: bytes) -> None:
        self._encryption_key = encryption_key
        self._known: dict[str, KeyPair] = {}

    def __call__(self, work: Work) -> KeyRing:
        rows = KeyStore(work).all()
        self._known = known = {row.kid: self._known.get(row.kid) or self._decrypted(row) for row in rows}
        lines: dict[str, tuple[tuple[int, SigningKey], ...]] = {}
        for row in rows:
            key = known[row.kid]
            if isinstance(key, SigningKey):
                lines[row.algorithm] = (*lines.get(row.algorithm, ()), (row.signs_from, key))
        return KeyRing(tuple((known[row.kid], superseded_at(row, rows)) for row in rows), lines)

    def _decrypted(self, row: KeyRow) -> KeyPair:
        plain = decrypt(row.private_encrypted, self._encryption_key)
        if plain is None:
            raise KeysUnreadable("The signing keys were encrypted with another sso.security.secret than today's.")
        return key_pair(row.kid, row.algorithm, json.loads(plain), row.public)
