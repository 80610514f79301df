"""The portal on granian, a server written in Rust: the extra ``fast``.

Granian's own command starts processes by itself; here a keeper of ours does, so that both servers are started,
restarted and stopped alike. Hence what stands below the public names, for the one version that ``setup.py`` names.
"""

from __future__ import annotations

import asyncio
import io
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TYPE_CHECKING, Any

from sso_portal.base.errors import Refused
from sso_portal.cli.stopping import IDLE_SECONDS, STOP_SIGNALS

if TYPE_CHECKING:
    from sso_portal.wiring import Portal

_BACKLOG = 1024
_CONNECTIONS = 10_000
"""Beyond, nobody is let in. An idle one costs next to nothing, and granian lets none of them go for another."""
_HEADER_MILLISECONDS = 30_000
_IDLE_THREAD_SECONDS = 30
_RUNTIME_THREADS = 512
"""Granian's own default; they are made when they are needed."""

_ENVIRON: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "wsgi.errors": sys.stderr,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}


class Gateway:
    """Hands granian's requests to a WSGI application (PEP 3333)."""

    def __init__(self, app: Any, max_body_bytes: int) -> None:
        """``app`` answers. Of a body whose length nobody has told it gets a byte more than ``max_body_bytes`` at most,
        enough to refuse it."""
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._is_stopping = False

    def stop(self) -> None:
        """From now on, whoever is answered is asked to connect anew (RFC 9112, section 9.6)."""
        self._is_stopping = True

    def __call__(self, protocol: Any, scope: dict[str, Any]) -> None:
        """Answer one request."""
        begun: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
            begun[:] = [int(status[:3]), [*headers, *([("Connection", "close")] if self._is_stopping else [])]]

        environ = _ENVIRON | scope
        if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None:
            sent = environ["wsgi.input"].read(self._max_body_bytes + 1)
            environ |= {"CONTENT_LENGTH": str(len(sent)), "wsgi.input": io.BytesIO(sent)}
        body = self._app(environ, start_response)
        if isinstance(body, list):
            protocol.response_bytes(*begun, b"".join(body))
        else:
            protocol.response_iter(*begun, _Body(body))


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


def serve_on_granian(app: Any, portal: Portal, listener: socket.socket, is_ready: Callable[[], None]) -> None:
    """Answer requests until a signal to stop. Raises :class:`Refused` when granian is not installed."""
    try:
        from granian._futures import _new_cbscheduler
        from granian._granian import SocketHolder, WorkerSignal, WSGIWorker
        from granian.http import HTTP1Settings
    except ImportError:
        raise Refused("--server granian needs the extra `fast`: pip install 'sso-portal[fast]'") from None
    web, security = portal.settings.web, portal.settings.security
    gateway, told, ended = Gateway(app, web.max_body_bytes), WorkerSignal(), threading.Event()
    told.add_cb(ended.set)
    worker = WSGIWorker(
        1,
        (None, SocketHolder(listener.fileno(), False, _BACKLOG)),
        None,
        1,
        _RUNTIME_THREADS,
        # Whoever waits for a hash keeps a thread, and as many as ever are left for the others.
        web.threads + security.hashing_at_once + security.hashing_waiting,
        _IDLE_THREAD_SECONDS,
        _CONNECTIONS,
        "1",
        HTTP1Settings(header_read_timeout=_HEADER_MILLISECONDS, max_buffer_size=max(8_192, web.max_query_bytes * 4)),
        None,
        None,
        *(False, None, None, None, "tls1.3", None, [], False),
        (None, None),
    )
    _stop_on_signal(gateway, told.set, ended.set, web.stop_seconds)
    loop = asyncio.new_event_loop()
    worker.serve_mtr(_new_cbscheduler(loop, gateway), loop, told)
    is_ready()
    ended.wait()
    loop.close()


def _stop_on_signal(
    gateway: Gateway, finish: Callable[[], None], leave: Callable[[], None], stop_seconds: float
) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        gateway.stop()
        # Whoever is about to ask on an open connection still is answered, and told.
        for seconds, action in ((IDLE_SECONDS, finish), (stop_seconds, leave)):
            timer = threading.Timer(seconds, action)
            timer.daemon = True
            timer.start()

    for number in STOP_SIGNALS:
        signal.signal(number, stop)
