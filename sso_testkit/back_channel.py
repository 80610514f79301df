"""The back channel without sockets, for sites that know nothing of the kit.

Whatever is asked with ``requests``, ``urllib3``, ``http.client`` or ``urllib.request`` while a world is being served
goes into that world. Python's HTTP libraries meet in ``http.client``: a connection that is opened in a world gets a
socket that is none. Calls with ``requests`` are taken one step earlier, so that a failing world looks to them as a
failing network does. Outside of a world nothing is different.
"""

from __future__ import annotations

import functools
import http.client
import io
from collections.abc import Callable, Iterator
from typing import Any

import requests
import urllib3.connection
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from sso_testkit.here import Here, here

_PORTS = {80: "http", 443: "https"}
_LINE = b"\r\n"


class NoSocket:
    """What a connection in a world has for a socket: it takes a request and has the answer."""

    def __init__(self, where: Here, origin: str) -> None:
        """A connection to ``origin``, which is ``scheme://host:port``."""
        self._where = where
        self._origin = origin
        self._sent = bytearray()

    def sendall(self, data: Any, _flags: int = 0) -> None:
        """Take a piece of the request."""
        self._sent += data

    def makefile(self, *_args: Any, **_kwargs: Any) -> io.BytesIO:
        """The whole answer, as it comes over the wire. Raises :class:`OSError` as a broken connection does."""
        request = request_of(bytes(self._sent), self._origin)
        self._sent.clear()
        try:
            answer = self._where.world.carry(request, self._where.actor)
        except requests.Timeout as error:
            raise TimeoutError(str(error)) from error
        except requests.ConnectionError as error:
            raise ConnectionRefusedError(str(error)) from error
        return io.BytesIO(_raw(answer))

    def settimeout(self, _seconds: float | None) -> None:
        """In a world nothing takes time."""

    def setsockopt(self, *_args: Any) -> None:
        """There is nothing to set."""

    def shutdown(self, _how: int) -> None:
        """Nothing is open."""

    def close(self) -> None:
        """Nothing is open."""


def request_of(raw: bytes, origin: str) -> requests.PreparedRequest:
    """The request that a client has written (RFC 9112)."""
    head, _, body = raw.partition(_LINE * 2)
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _version = first.split(" ", 2)
    request = requests.PreparedRequest()
    request.method = method
    request.url = target if target.startswith(("http://", "https://")) else origin + target
    request.headers = CaseInsensitiveDict((name, value.strip()) for name, _, value in _split(lines))
    is_chunked = request.headers.pop("Transfer-Encoding", "").lower() == "chunked"
    request.body = b"".join(_chunks(body)) if is_chunked else body
    return request


def _split(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    return (line.partition(":") for line in lines if line)


def _chunks(body: bytes) -> Iterator[bytes]:
    stream = io.BytesIO(body)
    while size := int(stream.readline().partition(b";")[0] or b"0", 16):
        yield stream.read(size)
        stream.readline()


def _raw(answer: requests.Response) -> bytes:
    body, is_whole = body_of(answer)
    headers = headers_of(answer)
    if not is_whole:
        headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
        headers.append(("Content-Length", str(len(body) + 1)))
    # HTTP/1.0: each connection is for one request only.
    lines = [f"HTTP/1.0 {answer.status_code} {answer.reason}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body


def headers_of(answer: requests.Response) -> list[tuple[str, str]]:
    """Its headers; those that come twice are there twice."""
    return [*getattr(answer.raw, "headers", answer.headers.items())]


def body_of(answer: requests.Response) -> tuple[bytes, bool]:
    """What came of its body, as it was on the wire, and whether that is all of it."""
    pieces: list[bytes] = []
    try:
        pieces.extend(answer.raw.stream(1024))
    except requests.RequestException:
        return b"".join(pieces), False
    return b"".join(pieces), True


def _origin(connection: Any) -> str:
    """Where a connection leads; what a proxy would be told is asked for directly."""
    host, port = connection.host, connection.port
    if getattr(connection, "_tunnel_host", None):
        host, port = connection._tunnel_host, connection._tunnel_port or connection.default_port
    port_said = "" if port in {None, connection.default_port} else f":{port}"
    name = f"[{host}]" if ":" in host else host
    return f"{_PORTS[connection.default_port]}://{name}{port_said}"


def _or_into_the_world(connect: Callable[[Any], None]) -> Callable[[Any], None]:
    @functools.wraps(connect)
    def connect_anywhere(connection: Any) -> None:
        where = here()
        if where is None:
            connect(connection)
        else:
            connection.sock = NoSocket(where, _origin(connection))
            connection.is_verified = True

    return connect_anywhere


def _send_or_into_the_world(send: Callable[..., requests.Response]) -> Callable[..., requests.Response]:
    @functools.wraps(send)
    def send_anywhere(
        adapter: HTTPAdapter, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        where = here()
        return send(adapter, request, *args, **kwargs) if where is None else where.world.carry(request, where.actor)

    return send_anywhere


def _lay() -> None:
    """Put the ways into a world where the libraries pass by; once, when this module is imported."""
    kinds: tuple[Any, ...] = (
        http.client.HTTPConnection,
        http.client.HTTPSConnection,
        urllib3.connection.HTTPConnection,
        urllib3.connection.HTTPSConnection,
    )
    for kind in kinds:
        kind.connect = _or_into_the_world(kind.connect)
    HTTPAdapter.send = _send_or_into_the_world(HTTPAdapter.send)  # type: ignore[method-assign]


_lay()
