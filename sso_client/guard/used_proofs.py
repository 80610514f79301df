"""Which proofs have been used, for as long as they could be used again; bounded, and shared by an API's processes."""

from __future__ import annotations

from sso_client.clock import Clock
from sso_client.guard.limit import Overloaded
from sso_client.hashing import hashed
from sso_client.store import Store


class UsedProofs:
    """The memory for used proofs. One statement decides which of two equal ones is the first."""

    def __init__(self, store: Store, size: int, clock: Clock) -> None:
        """`size`: how many are remembered at most."""
        self._store = store
        self._size = size
        self._clock = clock

    def is_new(self, name: str, until: int) -> bool:
        """Remember a proof until a time in seconds since 1970, and say whether this call was the first to do so.

        Raises Overloaded when no more can be remembered: to forget one would be to take it twice.
        """
        self._store.execute("DELETE FROM used_proof WHERE expires <= ?", self._clock.now())
        statement = (
            "INSERT OR IGNORE INTO used_proof (name_hash, expires)"
            " SELECT ?, ? WHERE (SELECT count(*) FROM used_proof) < ?"
        )
        if self._store.execute(statement, hashed(name), until, self._size) == 1:
            return True
        if self._store.row("SELECT 1 FROM used_proof WHERE name_hash = ?", hashed(name)) is None:
            raise Overloaded("more proofs are in use than can be remembered")
        return False
