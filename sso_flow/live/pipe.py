"""The way from the processes of the sites to the one that keeps the flows: a pipe each, a line for each hop."""

from __future__ import annotations

import json
import os
import select
from contextlib import suppress
from dataclasses import asdict
from threading import Lock, Thread
from typing import Any

from sso_flow.journal import Hop
from sso_flow.live.serving import Tell

_LONGEST_LINE = 1024 * 1024
_PIECE = 64 * 1024


class PipeTeller:
    """The end at the site: tells by writing."""

    def __init__(self, pipe: int) -> None:
        """``pipe``: the number of an open file."""
        self._pipe = pipe
        self._lock = Lock()

    def __call__(self, browser: str, hop: Hop) -> None:
        """Tell; whoever no longer listens is told nothing."""
        line = json.dumps({"browser": browser, "hop": asdict(hop) | {"body": hop.body.decode("latin-1")}}).encode()
        with self._lock, suppress(OSError):
            rest = line + b"\n"
            while rest:
                rest = rest[os.write(self._pipe, rest) :]


class PipeListener:
    """The end where the flows are kept."""

    def __init__(self, tell: Tell) -> None:
        """``tell`` hears what all sites have to tell."""
        self._tell = tell
        self._lock = Lock()
        self._half: dict[int, bytes] = {}

    def open(self) -> int:
        """A new pipe; answers the end for a site, which the caller closes once the site has it."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        with self._lock:
            self._half[reading] = b""
        return writing

    def start(self) -> None:
        """Listen in a thread that ends with the process."""
        Thread(target=self._listen, name="flows", daemon=True).start()

    def hear(self) -> None:
        """Hear all that has been told until now."""
        with self._lock:
            for pipe in list(self._half):
                self._read(pipe)

    def close(self) -> None:
        """Hear nothing more."""
        with self._lock:
            for pipe in self._half:
                os.close(pipe)
            self._half.clear()

    def _listen(self) -> None:
        while pipes := list(self._half):
            # A pipe that was closed meanwhile is no longer among them in the next round.
            with suppress(OSError, ValueError):
                select.select(pipes, [], [], 1)
            self.hear()

    def _read(self, pipe: int) -> None:
        while True:
            try:
                piece = os.read(pipe, _PIECE)
            except BlockingIOError:
                return
            if not piece:
                os.close(pipe)
                del self._half[pipe]
                return
            *lines, self._half[pipe] = (self._half[pipe] + piece).split(b"\n")
            for line in lines:
                self._hear_line(line)
            if len(self._half[pipe]) > _LONGEST_LINE:
                self._half[pipe] = b""

    def _hear_line(self, line: bytes) -> None:
        try:
            told = json.loads(line)
            browser, hop = str(told["browser"]), _hop(told["hop"])
        except (ValueError, TypeError, LookupError):
            # The rest of a line that was too long, or of a site that was ended while it wrote.
            return
        self._tell(browser, hop)


def _hop(told: dict[str, Any]) -> Hop:
    pairs = {name: tuple((str(key), str(value)) for key, value in told[name]) for name in ("form", "response_headers")}
    return Hop(**{**told, **pairs, "body": str(told["body"]).encode("latin-1", "replace")})
