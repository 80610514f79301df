"""Answers that wait until what they tell of is on the disk: those of several requests, for one commit."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import TYPE_CHECKING, Any

from waitress.channel import ClientDisconnected

from sso_portal.cli.connections import Channel, Task
from sso_portal.cli.row import refusal

if TYPE_CHECKING:
    from sso_portal.cli.row import Row
    from sso_portal.wiring import Batch

_log = logging.getLogger("sso_portal.server")


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
        request = self.requests[0]
        # One that could not be read has no path.
        if request.error is None and row.takes(request.command, request.path):
            row.together.begin()
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
    lines = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    headers, body = refusal([(name, value) for name, _, value in (line.partition(": ") for line in lines)], problem)
    said = ["HTTP/1.1 503 Service Unavailable", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(said).encode("latin-1") + body
