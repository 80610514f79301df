"""The caretaker: a thread beside the server that sweeps and sees to the keys every hour."""

from __future__ import annotations

import logging
import threading

from sso_portal.base.ids import number_below
from sso_portal.services.maintenance import PAUSE_SECONDS
from sso_portal.wiring import Portal

_FIRST_SECONDS = 60
_EVERY_SECONDS = 3_600
_SOON_SECONDS = 60
_MOST_BATCHES = 1_000
_STOP_SECONDS = 10

log = logging.getLogger(__name__)


class Caretaker(threading.Thread):
    """One in each process. Several do no harm: what is to be done is decided by single statements in the database."""

    def __init__(
        self,
        portal: Portal,
        *,
        first_seconds: int = _FIRST_SECONDS,
        every_seconds: int = _EVERY_SECONDS,
        most_batches: int = _MOST_BATCHES,
    ) -> None:
        """``first_seconds`` after the start and then ``every_seconds``, each a little later by chance, so that
        processes that start together do not work together; a minute later when ``most_batches`` were not enough."""
        super().__init__(name="caretaker", daemon=True)
        self._portal = portal
        self._first_seconds = first_seconds
        self._every_seconds = every_seconds
        self._most_batches = most_batches
        self._batches = 0
        self._stopping = threading.Event()

    def run(self) -> None:
        """Work until told to stop."""
        seconds = self._first_seconds
        while not self._stopping.wait(seconds + number_below(seconds // 10 + 1)):
            is_done = self.work()
            seconds = self._every_seconds if is_done else min(self._every_seconds, _SOON_SECONDS)

    def work(self) -> bool:
        """Once; answers whether nothing was left. What fails is logged and tried again next time."""
        self._batches = 0
        try:
            deleted = self._portal.sweep(self._go_on)
        except Exception:
            log.exception("sweeping failed; it is tried again later")
        else:
            log.info("swept", extra={"fields": {"deleted": deleted}})
        return self._batches < self._most_batches

    def _go_on(self) -> bool:
        """Wait between two batches; not when it is time to stop, or for somebody else's round."""
        self._batches += 1
        return self._batches < self._most_batches and not self._stopping.wait(PAUSE_SECONDS)

    def stop(self) -> None:
        """Tell it to stop and wait for what it is doing; a thread that takes longer ends with the process."""
        self._stopping.set()
        self.join(_STOP_SECONDS)
