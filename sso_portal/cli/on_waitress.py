"""The portal on waitress: it stops without refusing anybody, and idle connections keep nobody out."""

from __future__ import annotations

import heapq
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher, WSGITask

from sso_portal.cli.stopping import IDLE_SECONDS, STOP_SIGNALS
from sso_portal.settings.areas import Web

if TYPE_CHECKING:
    from sso_portal.wiring import Portal

_CONNECTIONS = 1_000
_MAKE_ROOM = 20
_REQUEST_SECONDS = 60
_TICK_SECONDS = 0.1


class Task(WSGITask):
    """One request. A server that is about to stop asks the client to connect anew (RFC 9112, section 9.6)."""

    def build_response_header(self) -> bytes:
        """The head of the answer."""
        if self.channel.server.is_stopping:
            self.request.headers["CONNECTION"] = "close"
        header: bytes = super().build_response_header()
        return header


class Channel(HTTPChannel):
    """One connection; it knows since when its request is on the way, and when it was last of use."""

    task_class = Task
    began = 0.0
    served = 0.0

    def received(self, data: bytes) -> bool:
        """Something has arrived."""
        if self.request is None:
            self.began = self.last_activity
        return bool(super().received(data))

    def service(self) -> None:
        """Answer the request that is whole."""
        super().service()
        self.served = self.last_activity

    @property
    def is_busy(self) -> bool:
        """Whether a request is being answered, or an answer is not sent yet."""
        return bool(self.requests or self.total_outbufs_len or self.close_when_flushed)

    @property
    def useful_since(self) -> float:
        """When it was last answered, or else was made."""
        return self.served or float(self.creation_time)


class Server(TcpWSGIServer):
    """Waitress's server, with a way to stop that refuses nobody. ``stop_seconds``: what it has begun may take so long
    then."""

    channel_class = Channel

    def __init__(self, *arguments: Any, stop_seconds: int, **options: Any) -> None:
        """Waitress's own arguments."""
        self.is_stopping = False
        self._stop_seconds = stop_seconds
        super().__init__(*arguments, **options)

    def handle_accept(self) -> None:
        """Let somebody in; when the house is full, those who have been of no use for longest go."""
        super().handle_accept()
        if len(self.active_channels) > _CONNECTIONS:
            idle = [channel for channel in self.active_channels.values() if not channel.is_busy]
            for channel in heapq.nsmallest(_MAKE_ROOM, idle, key=lambda channel: channel.useful_since):
                channel.will_close = True

    def maintenance(self, now: float) -> None:
        """Close what has been idle for too long, and what sends its request a byte at a time."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.request is not None and not channel.requests and channel.began < now - _REQUEST_SECONDS:
                channel.will_close = True

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Stop soon; may be called by a signal."""
        self.is_stopping = True
        self.pull_trigger()

    def run(self) -> None:
        """Serve until told to stop, then finish what has begun."""
        while not self.is_stopping:
            self._turn(self.adj.asyncore_loop_timeout)
        self._accept_who_waits()
        began = time.monotonic()
        while time.monotonic() < began + self._stop_seconds and self.active_channels:
            if time.monotonic() > began + IDLE_SECONDS:
                self._close_idle()
            self._turn(_TICK_SECONDS)
        self.task_dispatcher.shutdown()
        wasyncore.close_all(self._map)

    def _turn(self, seconds: float) -> None:
        self.asyncore.loop(timeout=seconds, map=self._map, use_poll=True, count=1)

    def _accept_who_waits(self) -> None:
        """Whoever has connected by now is served; then somebody else listens, or nobody."""
        known = -1
        while known != len(self.active_channels) < 2 * _CONNECTIONS:
            known = len(self.active_channels)
            TcpWSGIServer.handle_accept(self)
        self.accepting = False
        self.del_channel(self._map)
        self.socket.close()

    def _close_idle(self) -> None:
        for channel in self.active_channels.values():
            if not channel.is_busy and channel.request is None:
                channel.will_close = True


class StandIns:
    """Puts another thread in the place of one that waits for something slow, so that the others stay enough."""

    def __init__(self, dispatcher: ThreadedTaskDispatcher, threads: int) -> None:
        """``threads`` are always free for what is quick."""
        self._dispatcher = dispatcher
        self._count = threads
        self._lock = threading.Lock()
        self._dispatcher.set_thread_count(threads)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """One more, as long as the block runs."""
        self._change(1)
        try:
            yield
        finally:
            self._change(-1)

    def _change(self, by: int) -> None:
        with self._lock:
            self._count += by
            self._dispatcher.set_thread_count(self._count)


def serve_on_waitress(app: Any, portal: Portal, listener: socket.socket, is_ready: Callable[[], None]) -> None:
    """Answer requests until a signal to stop; ``is_ready`` is called once they are."""
    web = portal.settings.web
    dispatcher = ThreadedTaskDispatcher()
    portal.hashing_turns.meanwhile = StandIns(dispatcher, web.threads)
    server = Server(
        app,
        {},
        True,
        listener,
        dispatcher,
        _adjustments(web),
        sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
        bind_socket=False,
        stop_seconds=web.stop_seconds,
    )
    for number in STOP_SIGNALS:
        signal.signal(number, server.stop)
    is_ready()
    server.run()


def _adjustments(web: Web) -> Adjustments:
    return Adjustments(
        # Twice the limit of the settings: what is a little too large gets an answer that says so.
        max_request_body_size=web.max_body_bytes * 2,
        max_request_header_size=web.max_query_bytes * 4,
        backlog=1024,
        channel_timeout=60,
        cleanup_interval=10,
        # Beyond what it closes by itself: only if nobody can be asked to go.
        connection_limit=2 * _CONNECTIONS,
        ident=None,
        clear_untrusted_proxy_headers=False,
    )
