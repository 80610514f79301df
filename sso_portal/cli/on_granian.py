"""The portal on granian, a server written in Rust: the extra ``fast``.

Granian's own command starts processes by itself; here a keeper of ours does, so that both servers are started,
restarted and stopped alike. Hence what stands below the public names, for the one version that ``setup.py`` names.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

from sso_portal.base.errors import Refused
from sso_portal.cli.arrivals import Arrivals
from sso_portal.cli.gateway import Gateway, PatientGateway
from sso_portal.cli.relay import Relay
from sso_portal.cli.row import Row
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


def serve_on_granian(
    app: Any, portal: Portal, listener: socket.socket, is_ready: Callable[[], None], *, is_alone: bool = True
) -> None:
    """Answer requests until a signal to stop; ``is_alone``: no other process writes all the time, so it may be kept
    waiting a little. Raises :class:`Refused` when granian is not installed."""
    try:
        from granian._futures import _new_cbscheduler
        from granian._granian import SocketHolder, WorkerSignal, WSGIWorker
        from granian.http import HTTP1Settings
    except ImportError:
        raise Refused("--server granian needs the extra `fast`: pip install 'sso-portal[fast]'") from None
    web, security = portal.settings.web, portal.settings.security
    told, ended = WorkerSignal(), threading.Event()
    told.add_cb(ended.set)
    gateway = _gateway_of(app, portal, ended, is_alone=is_alone)
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
    with gateway.open():
        worker.serve_mtr(_new_cbscheduler(loop, gateway), loop, told)
        is_ready()
        ended.wait()
    loop.close()


def _gateway_of(app: Any, portal: Portal, ended: threading.Event, *, is_alone: bool) -> Gateway:
    web = portal.settings.web
    relay = Relay(web.threads)
    together = portal.commit_together(relay.is_relieved) if is_alone else None
    if together is None:
        return Gateway(app, web.max_body_bytes)
    portal.hashing_turns.meanwhile = relay.stand_in
    row = Row(together, portal.committed_together)
    return PatientGateway(app, web.max_body_bytes, row, Arrivals(relay, row), ended.set)


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
