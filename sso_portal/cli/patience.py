"""Answers that wait until what they tell of is on the disk: those of several requests, for one commit."""

from __future__ import annotations

import json
import logging
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

from waitress.channel import ClientDisconnected

from sso_portal.cli.connections import Channel, Task

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
        # One that could not be read has no path; a refusal has a body, which HEAD must not get.
        if request.error is None and request.path in self._paths and request.command != "HEAD":
            self.together.begin()

    def end(self) -> None:
        """It has been answered: enough for now?"""
        self.together.end()
        if not self.together.is_pending:
            self._answered = 0
            return
        if not self._answered:
            self._began = time.monotonic()
        self._answered += 1
        if self._answered >= _MOST or time.monotonic() > self._began + _LONG_SECONDS:
            self.together.settle()
            self._answered = 0


class PatientTask(Task):
    """One request, whose answer may be held back."""

    def finish(self) -> None:
        """All has been said; from now on the next request of the same connection may be answered."""
        super().finish()
        self.channel.wait()


class PatientChannel(Channel):
    """A connection on which an answer may be held back until it is true."""

    task_class = PatientTask

    requests: list[Any]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Waitress's own arguments."""
        # What is held back of an answer.
        self._held: list[bytes] = []
        self._batch: Batch | None = None
        self._owes_invitation = False
        super().__init__(*arguments, **options)

    def service(self) -> None:
        """Answer the request that is whole."""
        if self._batch is not None:
            # Its answer comes after the one before.
            self._batch.settle(waits=True)
        if self.close_when_flushed:
            # There was no answer to the one before, so there is none to those after it.
            self._drop()
            return
        row: Row = self.server.row
        row.begin(self.requests[0])
        try:
            super().service()
        finally:
            # It may have gone wrong in the middle.
            self.wait()
            row.end()

    def wait(self) -> None:
        """What has been said so far is the whole answer; it goes out as soon as it is true."""
        together = self.server.row.together
        batch = together.batch
        # Once: the next request of this connection may already be in the hands of another thread.
        together.end()
        if batch is not None:
            self._batch = batch
            batch.when_settled(self._settled)

    def send_soon(self, data: Any) -> int:
        """Send it, unless it tells of something that is not committed yet."""
        if self.server.row.together.batch is None:
            return super().send_soon(data)
        if not isinstance(data, bytes):
            with closing(data) as file:
                data = file.get()
        self._held.append(data)
        return len(data)

    def send_continue(self) -> None:
        """Invite the next request to go on, after the answer to this one."""
        if self._held:
            self._owes_invitation = True
        else:
            super().send_continue()

    def _settled(self, problem: Exception | None) -> None:
        try:
            self._let_go(problem)
        except ClientDisconnected:
            _log.info("somebody has gone before the answer came")
        except Exception:
            # Others wait for theirs.
            _log.exception("an answer could not be sent")
            self.will_close = True
        self._owes_invitation = False
        self._batch, self._held = None, []
        self.note()
        self.server.pull_trigger()

    def _let_go(self, problem: Exception | None) -> None:
        """What was held back may go, or must not: nothing of what it tells has happened."""
        answer = b"".join(self._held)
        if problem is None:
            super().send_soon(answer)
            if self._owes_invitation:
                super().send_continue()
        else:
            super().send_soon(_refusal(answer, problem))
            self.close_when_flushed = True

    def _drop(self) -> None:
        with self.requests_lock:
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
