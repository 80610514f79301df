"""The outbox of sign-outs: each notice is taken by one, tried until it is confirmed, and given up after a set time."""

from __future__ import annotations

from collections.abc import Sequence

from sso_portal.base.clock import Clock
from sso_portal.storage.database import Work
from sso_portal.storage.logout_notices import LogoutNotice as LogoutNotice
from sso_portal.storage.logout_notices import LogoutNoticeStore

_LONGEST_WAIT = 300


class Outbox:
    """What has still to be told."""

    def __init__(self, work: Work, clock: Clock, *, lease_seconds: int, give_up_seconds: int) -> None:
        """A notice that is being tried is left alone by others for ``lease_seconds``, longer than any try may take;
        after ``give_up_seconds`` it is tried no more."""
        self._lease_seconds = lease_seconds
        self._store = LogoutNoticeStore(work)
        self._clock = clock
        self._give_up_seconds = give_up_seconds

    def has_due(self) -> bool:
        """Whether something is to be tried now; only reads."""
        return self._store.has_due(self._clock.now())

    def claim_due(self, limit: int) -> Sequence[LogoutNotice]:
        """Take what is due, for this caller alone."""
        now = self._clock.now()
        return self._store.claim(now, now + self._lease_seconds, limit)

    def claim_new(self, notice: LogoutNotice) -> bool:
        """Take a notice that nobody has tried yet; ``False`` when somebody else was first."""
        return self._store.claim_new(notice.id, self._clock.now() + self._lease_seconds)

    def confirmed(self, notice: LogoutNotice) -> bool:
        """The client has confirmed it."""
        return self._store.settle(notice.id, "signed_out", self._clock.now())

    def failed(self, notice: LogoutNotice, problem: str, *, for_good: bool = False) -> bool:
        """A try failed; answers whether the notice is given up, ``for_good`` or because its time is over.

        The next try comes after an eighth of the time that it has waited already, a second at least.
        """
        now = self._clock.now()
        waited = now - notice.created_at
        if for_good or waited >= self._give_up_seconds:
            return self._store.settle(notice.id, "given_up", now, problem[:200])
        self._store.try_again(notice.id, now + min(max(waited // 8, 1), _LONGEST_WAIT), problem[:200])
        return False

    def hasten(self, client_id: str) -> int:
        """A client has shown that it is there: what failed before is tried again at once."""
        return self._store.hasten(client_id, self._clock.now())
