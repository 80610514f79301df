"""Which attempts have been used: each one once, and afterwards a reload of its callback is harmless."""

from __future__ import annotations

from sso_client.attempt import LIFETIME_SECONDS, Attempt
from sso_client.clock import Clock
from sso_client.hashing import hashed
from sso_client.store import Store


class SpentAttempts:
    """Remembers the states that have been used, by hash, for as long as their cookies could live."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def claim(self, attempt: Attempt) -> bool:
        """Use up `attempt` and say whether this call was the one that did; decided by one statement.

        Only the winner may send the code: a code sent twice makes the portal revoke what the first one brought
        (RFC 6749 section 4.1.2).
        """
        expires = attempt.started + LIFETIME_SECONDS
        statement = "INSERT OR IGNORE INTO spent_attempt VALUES (?, NULL, ?, ?)"
        return self._store.execute(statement, hashed(attempt.state), attempt.next_path, expires) == 1

    def finished(self, state: str, session_hash: str, earlier_session_hash: str | None) -> None:
        """Note that the attempt with `state` began the session; what an earlier session had finished moves to it."""
        self._store.execute(
            "UPDATE spent_attempt SET session_hash = ? WHERE state_hash = ? OR session_hash = ?",
            session_hash,
            hashed(state),
            earlier_session_hash,
        )

    def page_of(self, state: str, session_hash: str) -> str | None:
        """Return the page that was asked for when the attempt with `state` was finished in this session, else None."""
        row = self._store.row(
            "SELECT next_path FROM spent_attempt WHERE state_hash = ? AND session_hash = ?", hashed(state), session_hash
        )
        return None if row is None else str(row[0])

    def sweep(self) -> None:
        """Delete what is too old to matter."""
        self._store.execute("DELETE FROM spent_attempt WHERE expires <= ?", self._clock.now())
