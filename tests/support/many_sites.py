"""One server on loopback that is many sites: it counts who has heard of a sign-out, and who has confirmed."""

from __future__ import annotations

import base64
import json
import threading
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs

import requests


@dataclass(frozen=True)
class Heard:
    """A logout token that has reached a site."""

    site: str
    claims: dict[str, Any]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512
    many: ManySites

    def process_request(self, *connection: Any) -> None:
        """Count it before a thread of its own reads it."""
        self.many.count(1)
        super().process_request(*connection)


class ManySites:
    """``http://127.0.0.1:<port>/<site>`` confirms what it hears, unless its site is held. A context manager."""

    def __init__(self, *, held: Collection[str] = (), slow_seconds: float = 0) -> None:
        """Sites that are ``held`` take what they are told and say nothing, until :meth:`release`; the others answer
        after ``slow_seconds``."""
        self.heard: list[Heard] = []
        self.confirmed: Counter[str] = Counter()
        self.silent: Counter[str] = Counter()
        """Who has heard something and will never answer it."""
        self._held = frozenset(held)
        self._slow_seconds = slow_seconds
        self._released = threading.Event()
        self._changed = threading.Condition()
        self._undecided = 0
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.many = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def uri(self, site: str) -> str:
        """Where a site is told of sign-outs."""
        return f"http://127.0.0.1:{self._server.server_port}/{site}"

    def release(self) -> None:
        """Nobody is held any more. What came before goes without an answer for ever."""
        # Whoever has connected before this has been accepted when this is answered.
        requests.get(self.uri("nobody"), timeout=30)
        with self._changed:
            assert self._changed.wait_for(lambda: not self._undecided, 60)
        self._held = frozenset()
        self._released.set()

    def wait_for_silence(self, count: int) -> None:
        """Wait until so many sites have heard something and do not answer."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.silent) >= count, 60), f"only {len(self.silent)} are silent"

    def count(self, undecided: int) -> None:
        """A connection has come, or it is known what becomes of it."""
        with self._changed:
            self._undecided += undecided
            self._changed.notify_all()

    def take(self, site: str, body: str) -> bool:
        """Hear something; answers whether it is to be confirmed."""
        token = parse_qs(body)["logout_token"][0]
        claims = token.split(".")[1]
        heard = Heard(site, json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))))
        with self._changed:
            self._undecided -= 1
            self.heard.append(heard)
            is_held = site in self._held
            self.silent[site] += is_held
            self._changed.notify_all()
        if is_held:
            self._released.wait(60)
        elif self._slow_seconds:
            threading.Event().wait(self._slow_seconds)
        return not is_held

    def confirm(self, site: str) -> None:
        """Count a confirmation, before it is sent."""
        with self._changed:
            self.confirmed[site] += 1

    def __enter__(self) -> ManySites:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    timeout = 30
    is_undecided = True

    def do_POST(self) -> None:
        """Take a logout token."""
        many: ManySites = self.server.many  # type: ignore[attr-defined]
        site, body = self.path.removeprefix("/"), self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.is_undecided = False
        if not many.take(site, body):
            self.close_connection = True
            return
        many.confirm(site)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        """Say that it is there."""
        self.send_response(204)
        self.end_headers()

    def finish(self) -> None:
        """Note that nothing came of a connection."""
        super().finish()
        if self.is_undecided:
            self.server.many.count(-1)  # type: ignore[attr-defined]

    def log_message(self, *_words: object) -> None:
        """Say nothing."""
