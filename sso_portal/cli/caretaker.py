"""The caretaker: a thread beside the server that sweeps and sees to the keys every hour."""

from __future__ import annotations

import logging
import threading

from sso_portal.base.ids import number_below
from sso_portal.wiring import Portal

_FIRST_SECONDS = 60
_EVERY_SECONDS = 3_600
_STOP_SECONDS = 10

log = logging.getLogger(__name__)


class Caretaker(threading.Thread):
    """One in each process. Several do no harm: what is to be done is decided by single statements in the database."""

    def __init__(self, portal: Portal, *, first_seconds: int = _FIRST_SECONDS, every_seconds: int = _EVERY_SECONDS):
        """``first_seconds`` after the start and then ``every_seconds``, each a little later by chance, so that
        processes that start together do not work together."""
        super().__init__(name="caretaker", daemon=True)
        self._portal = portal
        self._first_seconds = first_seconds
        self._every_seconds = every_seconds
        self._stopping = threading.Event()

    def run(self) -> None:
        """Work until told to stop."""
        seconds = self._first_seconds
        while not self._stopping.wait(seconds + number_below(seconds // 10 + 1)):
            self.work()
            seconds = self._every_seconds

    def work(self) -> None:
        """Once; what fails is logged and tried again next time."""
        try:
            deleted = self._portal.sweep()
        except Exception:
            log.exception("sweeping failed; it is tried again later")
        else:
            log.info("swept", extra={"fields": {"deleted": deleted}})

    def stop(self) -> None:
        """Tell it to stop and wait for what it is doing; a thread that takes longer ends with the process."""
        self._stopping.set()
        self.join(_STOP_SECONDS)
