"""Where the browser brings the answer to: a server on 127.0.0.1 for one answer (RFC 8252, sections 7.3 and 8.3)."""

from __future__ import annotations

import hmac
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from demo_sites.mobile_app.loopback_pages import DECLINED, FAILED, NOT_OURS, NOT_USED, RECEIVED, Page
from sso_client.answer import Answer, read_answer
from sso_client.errors import AnswerMalformed

PATH = "/callback"
_REQUEST_SECONDS = 5.0
"""Browsers open connections before they need them; one that says nothing is closed after this time."""


class Loopback:
    """Takes a free port when it is made, and gives it back at the end of a ``with``.

    The first answer with our ``state`` counts, and no other: any page that this machine's browser shows can call here.
    """

    def __init__(self, state: str, issuer: str) -> None:
        """``state``: of our request; ``issuer``: who has to have answered it (RFC 9207)."""
        self._state, self._issuer = state, issuer
        self._answers: queue.Queue[Answer] = queue.Queue(maxsize=1)
        self._lock = threading.Lock()
        self._is_taken = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def redirect_uri(self) -> str:
        """Its address. An IP and no name, which might mean another machine (RFC 8252, section 8.3)."""
        return f"http://127.0.0.1:{self._server.server_port}{PATH}"

    def __enter__(self) -> Loopback:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, seconds: float) -> Answer | None:
        """The answer, whose state and issuer are right; None when there was none in time.

        An answer of another issuer has the error ``wrong_issuer``: somebody mixes portals up, so its code is dropped.
        """
        try:
            return self._answers.get(timeout=seconds)
        except queue.Empty:
            return None

    def judge(self, path: str, query: str) -> tuple[Page, Answer | None]:
        """The page for a request, and what is to be handed over once the browser has the page."""
        try:
            answer = read_answer(query)
        except AnswerMalformed:
            return NOT_OURS, None
        if path != PATH or not hmac.compare_digest(answer.state.encode(), self._state.encode()):
            return NOT_OURS, None
        with self._lock:
            if self._is_taken:
                return NOT_USED, None
            self._is_taken = True
        if answer.issuer != self._issuer:
            return FAILED, Answer(answer.state, error="wrong_issuer")
        if answer.error:
            return DECLINED if answer.error == "access_denied" else FAILED, answer
        return RECEIVED, answer

    def hand_over(self, answer: Answer) -> None:
        """Let :meth:`wait` have it."""
        self._answers.put_nowait(answer)


def _handler(loopback: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _REQUEST_SECONDS

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            page, answer = loopback.judge(path, query)
            try:
                self._send(page)
            finally:
                # Whether or not the browser took the page, its answer is here.
                if answer is not None:
                    loopback.hand_over(answer)

        def _send(self, page: Page) -> None:
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page.body)

        def version_string(self) -> str:
            return "app"

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing: the line would have the code in it."""

    return Handler
