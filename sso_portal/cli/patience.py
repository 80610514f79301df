"""Answers that wait until what they tell of is on the disk: those of several requests, for one commit."""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING, Any

from waitress.channel import ClientDisconnected

from sso_portal.cli.connections import Channel

if TYPE_CHECKING:
    from collections.abc import Collection

    from sso_portal.wiring import Batch, Together

_MOST = 16
"""So many requests are answered before the first of them is told so."""
_LONG_SECONDS = 0.004
"""And no longer than this, as soon as one of them has ended."""
_log = logging.getLogger("sso_portal.server")
_TRACE = "X-Request-Id: "
_KEPT = ("Date: ", _TRACE)
_REFUSED = (
    "HTTP/1.1 503 Service Unavailable",
    "Cache-Control: no-store",
    "Connection: close",
    "Content-Type: application/json",
    "Retry-After: 5",
)


class Row:
    """The requests that one thread answers in a row."""

    def __init__(self, together: Together, paths: Collection[str]) -> None:
        """What those at ``paths`` write is committed together."""
        self.together = together
        self._paths = paths
        self._answered = 0
        self._began = 0.0

    def begin(self, request: Any) -> None:
        """This one is being answered now."""
        if request.path in self._paths and request.command != "HEAD":
            self.together.begin()

    def end(self) -> None:
        """It has been answered: enough for now?"""
        self.together.end()
        if not self.together.is_open:
            self._answered = 0
            return
        if not self._answered:
            self._began = time.monotonic()
        self._answered += 1
        if self._answered >= _MOST or time.monotonic() > self._began + _LONG_SECONDS:
            self.together.settle()
            self._answered = 0


class PatientChannel(Channel):
    """A connection on which an answer may be held back until it is true."""

    requests: list[Any]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Waitress's own arguments."""
        # What is held back of an answer.
        self._held: list[bytes] = []
        self._batch: Batch | None = None
        super().__init__(*arguments, **options)

    def service(self) -> None:
        """Answer the request that is whole."""
        if self._batch is not None:
            # Its answer comes after the one before.
            self._batch.settle(waits=True)
        if not self.requests:
            # There was none for the one before.
            return
        row: Row = self.server.row
        row.begin(self.requests[0])
        try:
            super().service()
        finally:
            self._batch = row.together.batch
            if self._batch is not None:
                self._batch.when_settled(self._settled)
            row.end()

    def send_soon(self, data: Any) -> int:
        """Send it, unless it tells of something that is not committed yet."""
        if self.server.row.together.batch is None:
            return super().send_soon(data)
        # Pages and tokens are made of bytes; where they are not, this is what files can do.
        self._held.append(data if isinstance(data, bytes) else data.read())
        return len(self._held[-1])

    def _settled(self, problem: Exception | None) -> None:
        """What was held back may go, or must not: nothing of what it tells has happened."""
        answer = b"".join(self._held)
        if problem is not None:
            answer = _refusal(answer, problem)
        try:
            super().send_soon(answer)
        except ClientDisconnected:
            _log.info("somebody has gone before the answer came")
        if problem is not None:
            self._end()
        self._batch, self._held = None, []
        self.note()
        self.server.pull_trigger()

    def _end(self) -> None:
        with self.requests_lock:
            self.close_when_flushed = True
            for request in self.requests:
                request.close()
            self.requests.clear()

    def handle_read(self) -> None:
        """Something arrives, or the client goes."""
        batch = self._batch
        if batch is not None:
            batch.settle(waits=False)
        if not self._held:
            super().handle_read()

    def handle_write(self) -> None:
        """Something can be sent, or it is time to close."""
        if not self._held:
            super().handle_write()

    def writable(self) -> bool:
        """Whether there is something to be sent, or to be closed."""
        return not self._held and bool(super().writable())

    @property
    def is_busy(self) -> bool:
        """Whether a request is being answered, or an answer is not sent yet."""
        return bool(self._held) or super().is_busy


def _refusal(answer: bytes, problem: Exception) -> bytes:
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    kept = [line for line in head.split("\r\n") if line.startswith(_KEPT)]
    trace = next((line.partition(": ")[2] for line in kept if line.startswith(_TRACE)), "")
    # The line of its request has been written already, and may claim success.
    _log.error("undone, and answered with 503: request %s could not be committed", trace, exc_info=problem)
    said = {"error": "temporarily_unavailable", "error_description": "Try again in a moment.", "trace_id": trace}
    body = json.dumps(said).encode()
    lines = (*_REFUSED, f"Content-Length: {len(body)}", *kept, "", "")
    return "\r\n".join(lines).encode("latin-1") + body
