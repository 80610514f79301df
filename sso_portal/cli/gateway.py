"""Granian's requests for a WSGI application (PEP 3333), answered where they come in or in a row with others."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from sso_portal.cli.row import Headers, refusal

if TYPE_CHECKING:
    from sso_portal.cli.arrivals import Arrivals
    from sso_portal.cli.row import Row

_UNAVAILABLE = 503
_FAILED: tuple[int, Headers, bytes] = (500, [("Connection", "close")], b"")
_TOO_LATE: tuple[int, Headers, bytes] = (_UNAVAILABLE, [("Connection", "close"), ("Retry-After", "5")], b"")
_log = logging.getLogger("sso_portal.server")

_ENVIRON: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "wsgi.errors": sys.stderr,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}


class Gateway:
    """Hands requests to the application, and its answers back."""

    def __init__(self, app: Any, max_body_bytes: int) -> None:
        """``app`` answers. Of a body whose length nobody has told it gets a byte more than ``max_body_bytes`` at most,
        enough to refuse it."""
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._is_stopping = False

    def open(self) -> AbstractContextManager[None]:
        """Answer as long as the block runs."""
        return nullcontext()

    def stop(self) -> None:
        """From now on, whoever is answered is asked to connect anew (RFC 9112, section 9.6)."""
        self._is_stopping = True

    def __call__(self, protocol: Any, scope: dict[str, Any]) -> None:
        """Answer one request."""
        status, headers, body = self.answer(self.environ(scope))
        if isinstance(body, list):
            protocol.response_bytes(status, headers, b"".join(body))
        else:
            protocol.response_iter(status, headers, _Body(body))

    def environ(self, scope: dict[str, Any]) -> dict[str, Any]:
        """What the application is told of a request."""
        environ = _ENVIRON | scope
        if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None:
            sent = self.read(environ)
            environ["CONTENT_LENGTH"] = str(len(sent))
        return environ

    def read(self, environ: dict[str, Any]) -> bytes:
        """Take in the body, or as much of it as is needed to refuse it."""
        sent: bytes = environ["wsgi.input"].read(self._max_body_bytes + 1)
        environ["wsgi.input"] = io.BytesIO(sent)
        return sent

    def answer(self, environ: dict[str, Any]) -> tuple[int, Headers, Any]:
        """The application's answer: status, headers, body."""
        begun: list[Any] = []

        def start_response(status: str, headers: Headers, _error: Any = None) -> None:
            begun[:] = [int(status[:3]), [*headers, *([("Connection", "close")] if self._is_stopping else [])]]

        body = self._app(environ, start_response)
        return (*begun, body)


class PatientGateway(Gateway):
    """The same, with answers that may wait for each other, and be committed together."""

    def __init__(self, app: Any, max_body_bytes: int, row: Row, arrivals: Arrivals, end: Callable[[], None]) -> None:
        """Requests that ``row`` takes are brought to ``arrivals``; all others are answered where they come in. When
        nobody is there any more, all is to ``end``."""
        super().__init__(app, max_body_bytes)
        self.row = row
        self._arrivals = arrivals
        self._end = end

    def open(self) -> AbstractContextManager[None]:
        """Answer as long as the block runs."""
        return self._arrivals.answered(self._end)

    def __call__(self, protocol: Any, scope: dict[str, Any]) -> None:
        """Answer one request, now or soon."""
        if not self.row.takes(scope["REQUEST_METHOD"], scope["PATH_INFO"]):
            super().__call__(protocol, scope)
            return
        environ = self.environ(scope)
        if "CONTENT_LENGTH" in environ:
            # Here, since it may take its time to arrive.
            self.read(environ)
        self._arrivals.add(_Call(self, protocol, environ))


class _Call:
    """A request whose answer may be held back until it is true."""

    def __init__(self, gateway: PatientGateway, protocol: Any, environ: dict[str, Any]) -> None:
        self._gateway, self._protocol, self._environ = gateway, protocol, environ
        self._answer: tuple[int, Headers, bytes] = _FAILED

    def service(self) -> None:
        """Answer it."""
        row = self._gateway.row
        row.together.begin()
        try:
            status, headers, parts = self._gateway.answer(self._environ)
            self._answer = status, headers, b"".join(parts)
            if not isinstance(parts, list):
                _Body(parts).close()
        finally:
            # It may have gone wrong in the middle.
            batch = row.together.batch
            if batch is None:
                self._settled(None)
            else:
                batch.when_settled(self._settled)
            row.end()

    def _settled(self, problem: Exception | None) -> None:
        status, headers, body = self._answer
        if problem is not None:
            status = _UNAVAILABLE
            headers, body = refusal(headers, problem)
        try:
            self._protocol.response_bytes(status, headers, body)
        except Exception:
            # Others wait for theirs.
            _log.exception("an answer could not be sent")

    def cancel(self) -> None:
        """All is over, and nothing has been done: another process may do it."""
        self._protocol.response_bytes(*_TOO_LATE)


class _Body:
    """The iterator that granian wants: with a way to close it."""

    def __init__(self, parts: Any) -> None:
        self._parts = parts
        self._iterator: Iterator[bytes] = iter(parts)

    def __next__(self) -> bytes:
        return next(self._iterator)

    def close(self) -> None:
        if hasattr(self._parts, "close"):
            self._parts.close()
