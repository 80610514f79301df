"""How a site session ends: its row is emptied of everything but the person's subject, and stays for a while.

What stays tells a browser that comes back with the old cookie why it is signed out, and whose half-done work it holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from sso_client.clock import Clock
from sso_client.store import Store, Value

SIGNED_OUT_HERE = "signed_out_here"
SIGNED_OUT_ELSEWHERE = "signed_out_elsewhere"
EXPIRED = "expired"

KEPT_SECONDS = 24 * 3600
"""An emptied row stays this long after the time at which its session would have expired."""

_EMPTIED = (
    "UPDATE site_session SET ended_at = ?, ended_because = ?, claims = '{}', scope = '', csrf_token = '', story = '',"
    " id_token = '', access_token = '', access_expires = NULL, refresh_token = '', lease_owner = '', lease_until = 0"
    " WHERE ended_at IS NULL AND "
)


@dataclass(frozen=True, slots=True)
class EndedSession:
    """A session that is over: whose it was, and one of the three reasons above."""

    subject: str
    ended_because: str


class Endings:
    """Ends sessions, each time by one statement."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def one(self, id_hash: str, because: str) -> None:
        """End one session."""
        self._end(because, "id_hash = ?", id_hash)

    def of_lease(self, id_hash: str, owner: str) -> None:
        """End the session whose tokens `owner` is refreshing; nothing happens when the lease was lost meanwhile."""
        self._end(SIGNED_OUT_ELSEWHERE, "id_hash = ? AND lease_owner = ?", id_hash, owner)

    def at_portal(self, sid: str, subject: str = "") -> int:
        """End every session of the portal's session `sid`, of `subject` only when given; return how many there were."""
        return self._end(SIGNED_OUT_ELSEWHERE, "sid = ? AND sid <> '' AND ? IN ('', subject)", sid, subject)

    def of_subject(self, subject: str, issued: int) -> int:
        """End every session of a person whose id_token was made at `issued` (the portal's clock) or before."""
        return self._end(SIGNED_OUT_ELSEWHERE, "subject = ? AND issued <= ?", subject, issued)

    def sweep(self) -> None:
        """Empty the sessions that have expired, and delete what was kept long enough."""
        now = self._clock.now()
        self._end(EXPIRED, "expires <= ?", now)
        self._store.execute("DELETE FROM site_session WHERE expires <= ?", now - KEPT_SECONDS)

    def _end(self, because: str, condition: str, *values: Value) -> int:
        return self._store.execute(_EMPTIED + condition, self._clock.now(), because, *values)
