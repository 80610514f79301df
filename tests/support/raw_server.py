"""A server on this machine that says exactly what a test wants, byte by byte."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from types import TracebackType

Say = Callable[[socket.socket], None]


class RawServer:
    """Accepts connections, reads one request head of each, and lets ``say`` answer. A context manager."""

    def __init__(self, say: Say | bytes, *, tls: ssl.SSLContext | None = None, hear: bool = True) -> None:
        """``say`` gets the connection, or is the whole answer. Without ``hear`` it is called at once."""
        self._say: Say = say if callable(say) else lambda connection: connection.sendall(say)
        self._tls = tls
        self._hear = hear
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.heard: list[bytes] = []
        self.stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            # The other side may hang up at any time: that is what many of the tests are about.
            with contextlib.suppress(OSError), connection:
                self._answer(connection)

    def _answer(self, plain: socket.socket) -> None:
        plain.settimeout(10)
        connection = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
        with connection:
            if self._hear:
                head = b""
                while b"\r\n\r\n" not in head and (piece := connection.recv(4096)):
                    head += piece
                self.heard.append(head)
            self._say(connection)

    def __enter__(self) -> RawServer:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        # Closing does not wake a thread that waits in accept; shutting down does.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=10)


def answer(body: bytes = b"{}", *headers: str, status: str = "200 OK") -> bytes:
    """A whole HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body
