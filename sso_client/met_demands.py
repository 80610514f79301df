"""Whether a session fulfils what a page demands of it."""

from __future__ import annotations

from sso_client.clock import Clock
from sso_client.demand import Demand
from sso_client.signed_token import LEEWAY_SECONDS
from sso_client.site_sessions import SiteSession
from sso_client.store import Store

VISIT_SECONDS = LEEWAY_SECONDS
"""How long a page is served after a sign-in that was made for it, however fresh it wants sign-ins to be.

The way back takes its time and clocks differ; without this, a short `max_age` would send people round for ever.
"""


class MetDemands:
    """Remembers which demand of which page a session's sign-in was made for."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def is_met(self, demand: Demand, session: SiteSession, page: str) -> bool:
        """Say whether `session` may see `page` (a path), which has this `demand`."""
        if not demand.accepts(session.acr):
            return False
        if not demand.max_age:  # a proof for this very visit is never one that was made for something else
            return demand.max_age is None or self._is_recent(session.id_hash, demand.at(page))
        fresh = self._clock.now() - session.auth_time <= demand.max_age
        return fresh or self._is_recent(session.id_hash, demand.at(page))

    def note(self, session_hash: str, place: str) -> None:
        """Note that the session began by a sign-in that fulfilled the demand named `place` (Demand.at)."""
        now = self._clock.now()
        self._store.execute("INSERT OR REPLACE INTO met_demand VALUES (?, ?, ?)", session_hash, place, now)
        self._store.execute("DELETE FROM met_demand WHERE met < ?", now - VISIT_SECONDS)

    def _is_recent(self, session_hash: str, place: str) -> bool:
        row = self._store.row(
            "SELECT 1 FROM met_demand WHERE session_hash = ? AND place = ? AND met >= ?",
            session_hash,
            place,
            self._clock.now() - VISIT_SECONDS,
        )
        return row is not None
