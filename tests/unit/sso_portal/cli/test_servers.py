"""The servers: what is missing is said, and what stands in for a thread that waits."""

from __future__ import annotations

import io
import socket
import sys
from typing import Any

import pytest

from sso_portal.base.errors import Refused
from sso_portal.cli.gateway import Gateway
from sso_portal.cli.on_granian import serve_on_granian
from sso_portal.cli.worker import VARIABLE, Inheritance, inherited
from sso_testkit import SingleSignOn


def test_without_granian_it_is_said_what_to_install(sso: SingleSignOn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "granian._granian", None)
    with socket.socket() as listener, pytest.raises(Refused, match=r"pip install 'sso-portal\[fast\]'"):
        serve_on_granian(sso.portal_app, sso.portal, listener, lambda: None)


def test_what_a_process_inherits_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert inherited() is None
    monkeypatch.setenv(VARIABLE, Inheritance(3, 5, 7).environment()[VARIABLE])
    assert inherited() == Inheritance(3, 5, 7)
    # A program that this process starts is no process of the portal.
    assert inherited() is None


class Protocol:
    """What granian gives to answer with."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    def response_iter(self, status: int, headers: list[tuple[str, str]], body: Any) -> None:
        self.response_bytes(status, headers, b"")
        with pytest.raises(StopIteration):
            while True:
                self.body += body.__next__()
        body.close()


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("X-Length", environ.get("CONTENT_LENGTH", "none"))])
    return [environ["wsgi.input"].read(), b"!"]


def answered(gateway: Gateway, body: bytes = b"", **scope: Any) -> Protocol:
    protocol = Protocol()
    gateway(protocol, {"wsgi.input": io.BytesIO(body), **scope})
    return protocol


def test_granian_s_requests_reach_the_application() -> None:
    protocol = answered(Gateway(application, 100), b"abc", CONTENT_LENGTH="3")
    assert (protocol.status, protocol.headers, protocol.body) == (200, [("X-Length", "3")], b"abc!")


def test_of_a_body_without_a_length_only_so_much_is_read_that_it_can_be_refused() -> None:
    endless = io.BytesIO(b"a" * 1_000_000)
    protocol = Protocol()
    Gateway(application, 100)(protocol, {"wsgi.input": endless, "HTTP_TRANSFER_ENCODING": "chunked"})
    assert protocol.headers == [("X-Length", "101")]
    assert endless.tell() == 101


def test_a_gateway_that_stops_asks_to_connect_anew() -> None:
    gateway = Gateway(application, 100)
    gateway.stop()
    assert ("Connection", "close") in answered(gateway).headers


def test_an_answer_in_parts_is_closed() -> None:
    class Parts:
        closed = False

        def __iter__(self) -> Any:
            return iter([b"a", b"b"])

        def close(self) -> None:
            self.closed = True

    parts = Parts()

    def in_parts(_environ: Any, start_response: Any) -> Parts:
        start_response("200 OK", [])
        return parts

    assert answered(Gateway(in_parts, 100)).body == b"ab"
    assert parts.closed
