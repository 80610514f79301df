"""A server in a process of its own, on the core that is measured."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.processes import on_the_measured_core

_START_SECONDS = 60
_STOP_SECONDS = 30


class Server:
    """A command that serves HTTP on loopback."""

    def __init__(
        self, command: Sequence[str], port: int, ready: str, log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        """It is ready when the path ``ready`` is answered with 200; what it says goes into ``log``."""
        self.port = port
        self.ready_seconds = 0.0
        self._command = list(command)
        self._ready = f"http://localhost:{port}{ready}"
        self._log = log
        self._environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process that serves."""
        if self.process is None:
            raise RuntimeError("it has not been started")
        return self.process.pid

    def start(self) -> None:
        """Start it and wait until it is ready. Raises :class:`RuntimeError` with what it has said."""
        began = time.perf_counter()
        with self._log.open("ab") as log, on_the_measured_core():
            self.process = subprocess.Popen(  # noqa: S603 - a command of ours
                self._command, env=self._environment, stderr=log, stdout=log, start_new_session=True
            )
        while time.perf_counter() - began < _START_SECONDS and self.process.poll() is None:
            if self._answers():
                self.ready_seconds = time.perf_counter() - began
                return
            time.sleep(0.01)
        self.stop()
        raise RuntimeError(f"it did not start:\n{self._log.read_text()[-2000:]}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self._ready, timeout=5) as answer:  # noqa: S310 - loopback
                return bool(answer.status == 200)  # noqa: PLR2004
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """End it as an operator does."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
