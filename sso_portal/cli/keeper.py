"""The keeper of several processes on one address: starts, replaces, restarts and stops them, and serves nothing itself.

The socket that they listen on is the keeper's and stays open as long as it lives, so nobody is refused while processes
come and go. Each is a new program, so a restart brings new settings and new code; the first of a generation has to be
ready before the others start, and all of them before the former generation is told to stop.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType

from sso_portal.base.errors import Refused
from sso_portal.cli.worker import Inheritance

_LONGEST_PAUSE = 30.0
_SOUND_SECONDS = 60.0
"""A process that has lived for so long was all right: its successor starts at once."""
_TICK_SECONDS = 1.0

log = logging.getLogger("sso_portal.keeper")


@dataclass(eq=False)
class _Child:
    process: subprocess.Popen[bytes]
    ready_pipe: int
    generation: int
    born: float
    is_ready: bool = False
    kill_at: float = field(default=float("inf"))


def _about(child: _Child) -> dict[str, int]:
    return {"pid": child.process.pid, "generation": child.generation}


class Keeper:
    """Keeps ``workers`` processes on ``listener``; one that is told to stop may take ``stop_seconds``."""

    def __init__(
        self, listener: socket.socket, workers: int, stop_seconds: int, command: Sequence[str] | None = None
    ) -> None:
        """``command`` starts a process; without, it is the one by which this process was started."""
        self._listener = listener
        self._workers = workers
        self._stop_seconds = stop_seconds
        self._command = list(command or [sys.executable, *sys.orig_argv[1:]])
        self._children: list[_Child] = []
        self._generation = 1
        self._pause = 0.0
        self._next_start = 0.0
        self._is_asked_to_stop = self._is_asked_to_restart = False
        self._is_stopping = self._has_failed = False
        self._life, self._own_life = os.pipe()
        self._waking, self._wakes = socket.socketpair()
        self._selector = selectors.DefaultSelector()

    def run(self) -> None:
        """Until told to stop and all are gone. Raises :class:`Refused` when no process can be started."""
        self._hear_signals()
        try:
            while self._children or not self._is_stopping:
                self._stop_if_asked()
                self._restart_if_asked()
                self._start_missing()
                self._listen_to_children()
                self._bury()
                self._kill_late()
        finally:
            self._close()
        if self._has_failed:
            raise Refused("The portal's processes do not start; the reason stands above.")

    def _hear_signals(self) -> None:
        """Signals wake the one who waits in the selector, and leave a note of what they want."""
        self._wakes.setblocking(False)
        signal.set_wakeup_fd(self._wakes.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, self._note)
        self._selector.register(self._waking, selectors.EVENT_READ, None)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self._is_asked_to_restart = True
        elif number != signal.SIGCHLD:
            self._is_asked_to_stop = True

    def _close(self) -> None:
        signal.set_wakeup_fd(-1)
        self._selector.close()
        self._waking.close()
        self._wakes.close()
        os.close(self._life)
        os.close(self._own_life)

    def _stop_if_asked(self) -> None:
        if self._is_asked_to_stop and not self._is_stopping:
            self._is_stopping = True
            # Nobody is let in whom nobody would answer.
            self._listener.close()
            for child in self._children:
                self._tell_to_stop(child)

    def _restart_if_asked(self) -> None:
        if self._is_asked_to_restart and not self._is_stopping and not self._is_changing:
            self._is_asked_to_restart = False
            self._generation += 1
            self._pause = self._next_start = 0.0
            log.info("restarting", extra={"fields": {"generation": self._generation}})

    @property
    def _is_changing(self) -> bool:
        return len({child.generation for child in self._children}) > 1

    def _current(self) -> list[_Child]:
        return [child for child in self._children if child.generation == self._generation]

    def _start_missing(self) -> None:
        if self._is_stopping or time.monotonic() < self._next_start:
            return
        current = self._current()
        wanted = self._workers if any(child.is_ready for child in current) else 1
        for _ in range(wanted - len(current)):
            self._start()

    def _start(self) -> None:
        ready, told = os.pipe()
        inheritance = Inheritance(self._listener.fileno(), told, self._life)
        try:
            process = subprocess.Popen(  # noqa: S603 - our own command
                self._command,
                env=inheritance.environment(),
                pass_fds=(inheritance.listener, inheritance.ready, inheritance.keeper),
            )
        finally:
            os.close(told)
        child = _Child(process, ready, self._generation, time.monotonic())
        self._children.append(child)
        self._selector.register(ready, selectors.EVENT_READ, child)

    def _listen_to_children(self) -> None:
        for key, _events in self._selector.select(_TICK_SECONDS):
            if key.data is None:
                self._waking.recv(4096)
                continue
            child: _Child = key.data
            child.is_ready = os.read(child.ready_pipe, 1) == b"1"
            self._forget_pipe(child)
            if child.is_ready:
                log.info("a process is ready", extra={"fields": _about(child)})
        self._relieve_former()

    def _forget_pipe(self, child: _Child) -> None:
        if child.ready_pipe >= 0:
            self._selector.unregister(child.ready_pipe)
            os.close(child.ready_pipe)
            child.ready_pipe = -1

    def _relieve_former(self) -> None:
        """When a whole generation is ready, the one before may go."""
        current = self._current()
        if len(current) < self._workers or not all(child.is_ready for child in current):
            return
        for child in self._children:
            if child.generation != self._generation:
                self._tell_to_stop(child)

    def _tell_to_stop(self, child: _Child) -> None:
        if child.kill_at == float("inf"):
            # A moment more than it gives itself.
            child.kill_at = time.monotonic() + self._stop_seconds + 10
            child.process.terminate()

    def _kill_late(self) -> None:
        for child in self._children:
            if time.monotonic() > child.kill_at:
                child.process.kill()

    def _bury(self) -> None:
        for child in [child for child in self._children if child.process.poll() is not None]:
            self._children.remove(child)
            self._forget_pipe(child)
            if not self._is_stopping and child.kill_at == float("inf"):
                self._mourn(child)

    def _mourn(self, child: _Child) -> None:
        """One has ended that nobody had told to."""
        fields = {**_about(child), "status": child.process.returncode}
        if child.is_ready:
            log.warning("a process has ended; another one takes its place", extra={"fields": fields})
        elif not any(other.is_ready for other in self._children):
            self._has_failed = self._is_asked_to_stop = True
            return
        elif child.generation == self._generation and self._is_former_alive():
            log.error("the new processes do not start; the former ones go on", extra={"fields": fields})
            self._give_up_generation()
            return
        lived = time.monotonic() - child.born
        self._pause = 0.0 if lived > _SOUND_SECONDS else min(max(1.0, 2 * self._pause), _LONGEST_PAUSE)
        self._next_start = time.monotonic() + self._pause

    def _is_former_alive(self) -> bool:
        return any(child.generation < self._generation for child in self._children)

    def _give_up_generation(self) -> None:
        for child in self._current():
            self._tell_to_stop(child)
        self._generation = max(child.generation for child in self._children if child.generation < self._generation)
