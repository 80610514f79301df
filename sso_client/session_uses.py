"""Which sessions have been used since the portal was last told, and what it answered about them."""

from __future__ import annotations

from collections.abc import Iterable

from sso_client.clock import Clock
from sso_client.session_activity import MOST_USES, Lifetimes
from sso_client.store import Store

_DUE = "(reported_at IS NULL OR reported_at > ? OR (reported_at <= ? AND last_used > reported_at))"
"""A time in the future is that of a clock which was set back."""


class SessionUses:
    """The columns of site sessions that have to do with the portal's session activity endpoint."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def claim(self, period: int) -> dict[str, int]:
        """Take the sessions that are due to be told: used, and not told by anybody within `period` seconds.

        Returns the last use (seconds since 1970) by the portal's `sid`, at most MOST_USES. One statement decides
        between threads and processes who tells of a session.
        """
        now = self._clock.now()
        rows = self._store.rows(
            f"UPDATE site_session SET reported_at = ? WHERE {_DUE} AND id_hash IN (SELECT id_hash FROM site_session"  # noqa: S608
            f" WHERE ended_at IS NULL AND expires > ? AND sid <> '' AND {_DUE} ORDER BY last_used DESC LIMIT ?)"
            " RETURNING sid, last_used",
            *(now, now, now - period),
            *(now, now, now - period, MOST_USES),
        )
        uses: dict[str, int] = {}
        for sid, last_used in rows:
            uses[str(sid)] = max(uses.get(str(sid), 0), int(last_used or 0))
        return uses

    def make_due(self, id_hash: str) -> None:
        """Note that a session is used now and that the portal has yet to be told."""
        self._store.execute(
            "UPDATE site_session SET last_used = ?, reported_at = NULL WHERE id_hash = ? AND ended_at IS NULL",
            self._clock.now(),
            id_hash,
        )

    def give_back(self, sids: Iterable[str]) -> None:
        """Let sessions be due again whose use could not be told."""
        with self._store.transaction():
            for sid in sids:
                self._store.execute("UPDATE site_session SET reported_at = NULL WHERE sid = ?", sid)

    def note_lifetimes(self, sid: str, lifetimes: Lifetimes, ahead: int) -> None:
        """Write down until when a session lives. `ahead`: seconds by which the portal's clock is before the site's."""
        idle, absolute = lifetimes.idle_expires, lifetimes.expires
        self._store.execute(
            "UPDATE site_session SET portal_idle_expires = ?, portal_expires = ? WHERE sid = ? AND ended_at IS NULL",
            None if idle is None else idle - ahead,
            None if absolute is None else absolute - ahead,
            sid,
        )

    def oldest(self) -> int | None:
        """Return when the oldest living session began, seconds since 1970; None when there is none."""
        row = self._store.row(
            "SELECT min(created) FROM site_session WHERE ended_at IS NULL AND expires > ?", self._clock.now()
        )
        return None if row is None or row[0] is None else int(row[0])
