"""The portal on waitress: it stops without refusing anybody, and idle connections keep nobody out."""

from __future__ import annotations

import heapq
import signal
import socket
import time
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from sso_portal.cli.connections import Channel
from sso_portal.cli.patience import PatientChannel
from sso_portal.cli.readiness import Connections
from sso_portal.cli.relay import Relay
from sso_portal.cli.row import Row
from sso_portal.cli.stopping import IDLE_SECONDS, STOP_SIGNALS
from sso_portal.settings.areas import Web

if TYPE_CHECKING:
    from sso_portal.wiring import Portal

_CONNECTIONS = 1_000
_MAKE_ROOM = 20
_REQUEST_SECONDS = 60
_TICK_SECONDS = 0.1


class Server(TcpWSGIServer):
    """Waitress's server, with a way to stop that refuses nobody. ``stop_seconds``: what it has begun may take so long
    then."""

    channel_class = Channel

    def __init__(self, *arguments: Any, stop_seconds: int, **options: Any) -> None:
        """Waitress's own arguments."""
        self.is_stopping = False
        self._stop_seconds = stop_seconds
        self._is_waiting = False
        self._began_to_stop: float | None = None
        self.row: Row | None = None
        super().__init__(*arguments, **options)
        self.task_dispatcher.look, self.task_dispatcher.wake = self.look, self.pull_trigger

    def answer_together(self, row: Row) -> None:
        """Let answers wait for each other, and be committed together. To be said before anybody is let in."""
        self.row = row
        self.channel_class = PatientChannel
        self.task_dispatcher.settle = row.together.settle

    def note(self, number: int | None) -> None:
        """The connection with this number may wait for something else from now on."""
        self._map.note(number)

    def pull_trigger(self) -> None:
        """Whoever looks after the connections looks up, unless he does so anyway."""
        if self._is_waiting:
            super().pull_trigger()

    def handle_accept(self) -> None:
        """Let somebody in; when the house is full, those who have been of no use for longest go."""
        super().handle_accept()
        if len(self.active_channels) > _CONNECTIONS:
            idle = [channel for channel in self.active_channels.values() if not channel.is_busy]
            for channel in heapq.nsmallest(_MAKE_ROOM, idle, key=lambda channel: channel.useful_since):
                channel.close_soon()

    def maintenance(self, now: float) -> None:
        """Close what has been idle for too long, and what sends its request a byte at a time."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            slow = channel.request is not None and not channel.requests and channel.began < now - _REQUEST_SECONDS
            if slow or channel.will_close:
                channel.close_soon()

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Stop soon; may be called by a signal."""
        self.is_stopping = True
        super().pull_trigger()

    def run(self) -> None:
        """Serve until told to stop, then finish what has begun."""
        self.task_dispatcher.run()
        self._map.close()

    def look(self) -> bool:
        """Look after the connections once; whether to go on."""
        if not self.is_stopping:
            self._turn(self.adj.asyncore_loop_timeout)
            return True
        now = time.monotonic()
        if self._began_to_stop is None:
            self._began_to_stop = now
            self._accept_who_waits()
        if not self.active_channels or now > self._began_to_stop + self._stop_seconds:
            return False
        if now > self._began_to_stop + IDLE_SECONDS:
            self._close_idle()
        self._turn(_TICK_SECONDS)
        return True

    def _turn(self, seconds: float) -> None:
        # Said first: whoever changes something from now on pulls the trigger, and what has changed before is seen here.
        self._is_waiting = True
        # Asked at every turn, since it looks at the clock.
        self.note(self._fileno)
        self._map.tell()
        goes_on = self.task_dispatcher.presses or (self.row is not None and self.row.together.is_pending)
        self._map.wait(0 if goes_on else seconds)
        self._is_waiting = False

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
                channel.close_soon()


def serve_on_waitress(
    app: Any, portal: Portal, listener: socket.socket, is_ready: Callable[[], None], *, is_alone: bool = True
) -> None:
    """Answer requests until a signal to stop; ``is_ready`` is called once they are. ``is_alone``: no other process
    writes all the time, so it may be kept waiting a little."""
    web = portal.settings.web
    # SQLite works in this process; a database elsewhere is mostly waited for.
    relay = Relay(web.threads, shares=not portal.settings.storage.url.startswith("sqlite"))
    portal.hashing_turns.meanwhile = relay.stand_in
    server = Server(
        app,
        Connections(),
        True,
        listener,
        relay,
        _adjustments(web),
        sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
        bind_socket=False,
        stop_seconds=web.stop_seconds,
    )
    together = portal.commit_together(relay.is_relieved) if is_alone else None
    if together is not None:
        server.answer_together(Row(together, portal.committed_together))
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
