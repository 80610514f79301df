"""The door of a site at which the portal knocks when somebody has signed out."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from urllib.parse import parse_qs


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    door: LogoutDoor


class LogoutDoor:
    """Hands each logout token to ``hear``, which raises when it is none. A context manager."""

    def __init__(self) -> None:
        """A door behind which nobody is yet."""
        self.hear: Callable[[str], None] | None = None
        self.tokens: list[str] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.door = self
        self.address = f"http://127.0.0.1:{self._server.server_port}/backchannel-logout"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,))

    def knock(self, token: str) -> int:
        """What a logout token is answered with (OpenID Connect Back-Channel Logout 1.0, section 2.8)."""
        self.tokens.append(token)
        if self.hear is None:
            return 503
        try:
            self.hear(token)
        # Whatever a library raises.
        except Exception:
            return 400
        return 200

    def __enter__(self) -> LogoutDoor:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    timeout = 30

    def do_POST(self) -> None:
        """Take a logout token."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        door: LogoutDoor = self.server.door  # type: ignore[attr-defined]
        self.send_response(door.knock(parse_qs(body)["logout_token"][0]))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Say nothing."""
