"""Work that no request waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable

Background = Callable[[Callable[[], None]], None]
"""Starts a piece of work and returns; a site may bring its own (a pool of its server, tests)."""


def at_once(work: Callable[[], None]) -> None:
    """Do `work` before going on: for worlds in one process, where nothing may happen at an unforeseen moment."""
    work()


def in_a_thread(work: Callable[[], None]) -> None:
    """Do `work` in a thread that does not keep the process alive."""
    threading.Thread(target=work, name="sso_client", daemon=True).start()
