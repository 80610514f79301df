"""Keys: those that sign tokens and those that clients encrypt for. Made at first start, kept encrypted, followed by new
ones on a schedule."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sso_portal.base.clock import Clock
from sso_portal.base.errors import Refused
from sso_portal.base.events import EventName
from sso_portal.base.jose import (
    ENCRYPTION_ALGORITHMS,
    KEY_ALGORITHMS,
    SIGNING_ALGORITHMS,
    DecryptionKey,
    KeyPair,
    SigningKey,
    encrypt,
    generate_decryption_key,
    generate_signing_key,
)
from sso_portal.services.audit import Audit
from sso_portal.services.key_ring import KeyCache, KeyRing, Schedule, superseded_at
from sso_portal.storage.database import Work
from sso_portal.storage.keys import KeyRow, KeyStore


@dataclass(frozen=True)
class KeyInfo:
    """What may be told about a key.

    ``state``: ``next`` (published, signs later), ``signs``, ``published`` (for what it has signed), ``kept`` (for
    hints only) or ``over`` (the next sweep deletes it). Times are seconds since 1970; ``superseded_at`` is when
    another key signs in its place.
    """

    kid: str
    algorithm: str
    generation: int
    state: str
    created_at: int
    signs_from: int
    superseded_at: int | None


class Keys:
    """The key pairs of the portal."""

    def __init__(self, work: Work, cache: KeyCache, encryption_key: bytes, clock: Clock, schedule: Schedule) -> None:
        """Reads go through ``cache``; changes through the given transaction."""
        self._work = work
        self._store = KeyStore(work)
        self._audit = Audit(work, clock)
        self._cache = cache
        self._encryption_key = encryption_key
        self._clock = clock
        self._schedule = schedule

    def signing(self, algorithm: str) -> SigningKey:
        """The key that signs with ``algorithm`` now. Raises :class:`KeysUnreadable`."""
        return self._ring().signing(algorithm, self._clock.now())

    def published(self) -> tuple[KeyPair, ...]:
        """The keys of the JWK Set: those that will sign, that sign, and that have signed what may still be in use; and
        in the same way those that clients encrypt for."""
        return self._ring().since(self._schedule.published_since(self._clock.now()))

    def verifying(self) -> tuple[SigningKey, ...]:
        """The keys by which an old id_token is known as our own: the published ones and those kept for hints."""
        return tuple(key for key in self._believed() if isinstance(key, SigningKey))

    def decrypting(self) -> tuple[DecryptionKey, ...]:
        """The keys that open what clients have encrypted, also by an old copy of the JWK Set."""
        return tuple(key for key in self._believed() if isinstance(key, DecryptionKey))

    def _believed(self) -> tuple[KeyPair, ...]:
        return self._ring().since(self._schedule.believed_since(self._clock.now()))

    def are_ready(self) -> bool:
        """Whether there is a readable key for every algorithm. Raises :class:`KeysUnreadable`."""
        return set(KEY_ALGORITHMS) <= self._ring().algorithms()

    def _ring(self) -> KeyRing:
        return self._cache.get(self._work)

    def ensure(self) -> None:
        """Make a key for every algorithm that has none; processes that start at once agree on one."""
        newest = self._newest()
        self._add([algorithm for algorithm in KEY_ALGORITHMS if algorithm not in newest], self._clock.now())

    def maintain(self) -> int:
        """Publish the next key of every algorithm whose time has come; answers how many.

        Raises :class:`KeysUnreadable`: a key that is encrypted with a wrong secret must not join the others.
        """
        self._ring()
        now, schedule = self._clock.now(), self._schedule
        lead = schedule.rotate - schedule.publish_ahead
        due = [row.algorithm for row in self._newest().values() if row.signs_from + lead <= now]
        return self._add([known for known in KEY_ALGORITHMS if known in due], now + schedule.publish_ahead)

    def rotate(self, *, ahead: bool = False) -> Sequence[KeyInfo]:
        """Sign with fresh keys at once, or publish them now and sign later; the old ones stay published for a while.

        Raises :class:`KeysUnreadable`.
        """
        self._ring()
        signs_from = self._clock.now() + (self._schedule.publish_ahead if ahead else 0)
        pending: Sequence[str] = KEY_ALGORITHMS
        while pending:
            self._add(pending, signs_from)
            # Somebody else's next key may have come in between: it would let the old one sign on.
            newest = self._newest()
            pending = [algorithm for algorithm in pending if newest[algorithm].signs_from > signs_from]
        return self.all()

    def remove(self, kid: str) -> None:
        """Forget a leaked key at once: what it has signed is believed no more. Raises :class:`Refused`."""
        now = self._clock.now()
        if not self._store.remove(kid, now):
            known = any(row.kid == kid for row in self._store.all())
            raise Refused("This key signs; run first: sso-portal key rotate" if known else f"There is no key {kid}.")
        self._audit.record("key_removed", kid=kid)
        self._cache.forget()

    def sweep(self) -> int:
        """Delete the keys that nothing is verified by any more; answers how many."""
        deleted = self._store.sweep(self._schedule.believed_since(self._clock.now()))
        if deleted:
            self._audit.record("keys_deleted", count=deleted)
        return deleted

    def all(self) -> Sequence[KeyInfo]:
        """Every key, the highest generations first."""
        rows = self._store.all()
        return [self._info(row, superseded_at(row, rows)) for row in rows]

    def _info(self, row: KeyRow, end: int | None) -> KeyInfo:
        state = self._state(row.signs_from, end)
        return KeyInfo(row.kid, row.algorithm, row.generation, state, row.created_at, row.signs_from, end)

    def _state(self, signs_from: int, end: int | None) -> str:
        now, schedule = self._clock.now(), self._schedule
        if end is None or end > now:
            return "signs" if signs_from <= now else "next"
        if end > schedule.published_since(now):
            return "published"
        return "kept" if end > schedule.believed_since(now) else "over"

    def _newest(self) -> dict[str, KeyRow]:
        newest: dict[str, KeyRow] = {}
        for row in self._store.all():
            newest.setdefault(row.algorithm, row)
        return newest

    def _add(self, algorithms: Sequence[str], signs_from: int) -> int:
        newest = self._newest()
        # All are made before the first is written: making them takes long, and writing locks others out.
        made: list[KeyPair] = [generate_signing_key(known) for known in SIGNING_ALGORITHMS if known in algorithms]
        made += [generate_decryption_key(known) for known in ENCRYPTION_ALGORITHMS if known in algorithms]
        added: list[str] = []
        for key in made:
            generation = newest[key.algorithm].generation + 1 if key.algorithm in newest else 1
            sealed = encrypt(json.dumps(dict(key.private)), self._encryption_key)
            public, now = dict(key.public), self._clock.now()
            row = KeyRow(key.kid, key.algorithm, generation, public, sealed, now, signs_from)
            added += [key.kid] if self._store.add(row) else []
        if added:
            what: EventName = "keys_rotated" if newest.keys() & set(algorithms) else "keys_made"
            self._audit.record(what, kids=added, algorithms=list(algorithms), signs_from=signs_from)
        self._cache.forget()
        return len(added)
