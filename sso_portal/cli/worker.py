"""One of several processes that a keeper has started: what it was given, and what it tells."""

from __future__ import annotations

import os
import signal
import socket
import threading
from dataclasses import dataclass

VARIABLE = "SSO_PORTAL_WORKER"
"""Tells a process that it is one of several, and the numbers of what it has inherited."""


@dataclass(frozen=True)
class Inheritance:
    """File descriptors: the socket that all of them listen on, a pipe to say that requests are answered, and one that
    ends when the keeper does."""

    listener: int
    ready: int
    keeper: int

    def environment(self) -> dict[str, str]:
        """The environment of the process that inherits them."""
        return {**os.environ, VARIABLE: f"{self.listener},{self.ready},{self.keeper}"}

    def open_listener(self) -> socket.socket:
        """The socket that all of them listen on."""
        return socket.socket(fileno=self.listener)

    def tell_ready(self) -> None:
        """Requests are answered from now on. And whoever is left without a keeper stops."""
        os.write(self.ready, b"1")
        os.close(self.ready)
        # The keeper's business, who tells by SIGTERM what is to be done.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        threading.Thread(target=self._stop_without_keeper, name="keeper's pipe", daemon=True).start()

    def _stop_without_keeper(self) -> None:
        # Nothing is ever written: this waits for the end.
        os.read(self.keeper, 1)
        os.kill(os.getpid(), signal.SIGTERM)


def inherited() -> Inheritance | None:
    """What this process was given by a keeper; ``None`` when nobody keeps it."""
    told = os.environ.pop(VARIABLE, "")
    return Inheritance(*map(int, told.split(","))) if told else None
