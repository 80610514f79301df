"""The courier: a thread that ends sessions whose time is over, and tells sites what they have missed."""

from __future__ import annotations

import logging
import threading

from sso_portal.base.ids import number_below
from sso_portal.services.maintenance import PAUSE_SECONDS
from sso_portal.wiring import Portal

_TELL_MILLISECONDS = 1_000
_EXPIRE_EVERY = 15
_STOP_SECONDS = 10

log = logging.getLogger(__name__)


class Courier(threading.Thread):
    """One in each process. Of several, one gets each notice and one ends each session: the database decides."""

    def __init__(self, portal: Portal, *, tell_milliseconds: int = _TELL_MILLISECONDS) -> None:
        """Looks for what is due every ``tell_milliseconds``, and a little later by chance; for sessions that are over
        each fifteenth time."""
        super().__init__(name="courier", daemon=True)
        self._portal = portal
        self._tell_milliseconds = tell_milliseconds
        self._stopping = threading.Event()

    def run(self) -> None:
        """Work until told to stop."""
        rounds = 0
        while not self._stopping.wait((self._tell_milliseconds + number_below(self._tell_milliseconds)) / 1000):
            rounds += 1
            self.work(with_sessions=rounds % _EXPIRE_EVERY == 0)

    def work(self, *, with_sessions: bool = True) -> None:
        """Once; what fails is logged and tried again next time."""
        try:
            # Each time a batch, and then a pause in which others write.
            while with_sessions and self._portal.end_expired_sessions() and not self._stopping.wait(PAUSE_SECONDS):
                pass
            while self._portal.backchannel_logout.tell_due() and not self._stopping.is_set():
                pass
        except Exception:
            log.exception("telling sites of sign-outs failed; it is tried again")

    def stop(self) -> None:
        """Tell it to stop and wait for what it is doing; a thread that takes longer ends with the process."""
        self._stopping.set()
        self.join(_STOP_SECONDS)
