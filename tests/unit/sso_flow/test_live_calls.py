"""The layer around the calls of a site's server: told while a browser waits, and otherwise what they were."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from sso_flow.journal import KEPT_BYTES
from sso_flow.live.calls import RecordedCalls
from sso_flow.live.serving import serving

LARGE = b'{"a": "' + b"x" * KEPT_BYTES + b'"}'


class _Api(BaseHTTPRequestHandler):
    """Answers JSON: a short one, a large one, and one whose length nobody is told."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.do_GET()

    def do_GET(self) -> None:
        body = LARGE if self.path == "/large" else b'{"sub": "248289761001"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if self.path == "/unknown":
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    """An API on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def calls() -> Iterator[requests.Session]:
    """A session of a recorded site."""
    with RecordedCalls("http://localhost:9001")() as session:
        session.trust_env = False
        yield session


@pytest.mark.parametrize("stream", [True, False])
def test_a_call_is_told_and_its_answer_can_be_read(api: str, calls: requests.Session, stream: bool) -> None:
    with serving() as told:
        form = {"grant_type": "authorization_code", "client_secret": "of mine"}
        answer = calls.post(f"{api}/o/token/", data=form, headers={"X-More": "no"}, auth=("1", "2"), stream=stream)
        assert answer.json() == {"sub": "248289761001"}
    (hop,) = told
    assert (hop.actor, hop.method, hop.url, hop.status) == ("localhost:9001", "POST", f"{api}/o/token/", 200)
    assert hop.form == (("grant_type", "authorization_code"), ("client_secret", "•" * 7))
    assert list(hop.request_headers) == ["Authorization"]
    assert hop.body == b'{"sub": "248289761001"}'


@pytest.mark.parametrize(("path", "body"), [("/large", LARGE), ("/unknown", b'{"sub": "248289761001"}')])
def test_of_what_is_large_or_of_unknown_length_nothing_is_kept(
    api: str, calls: requests.Session, path: str, body: bytes
) -> None:
    with serving() as told:
        assert calls.get(f"{api}{path}").content == body
    assert [(hop.url, hop.body) for hop in told] == [(f"{api}{path}", b"")]


def test_calls_that_no_browser_waits_for_are_not_told(api: str, calls: requests.Session) -> None:
    assert calls.get(api).ok
    with serving() as told:
        thread = threading.Thread(target=lambda: calls.get(api))
        thread.start()
        thread.join()
    assert told == []


def test_a_call_that_fails_is_told_and_fails(calls: requests.Session) -> None:
    with serving() as told, pytest.raises(requests.ConnectionError):
        calls.get("http://127.0.0.1:1/", timeout=1)
    assert [(hop.status, hop.body) for hop in told] == [(0, b"ConnectionError")]
