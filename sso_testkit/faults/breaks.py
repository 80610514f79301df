"""The ways in which a call between two servers can fail, as who has called sees them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

import requests

from sso_testkit.interceptors import CallNext, Interceptor
from sso_testkit.transport import send_to_wsgi


def refused(request: requests.PreparedRequest, _call_next: CallNext) -> requests.Response:
    """Nobody listens there. Raises :class:`requests.ConnectionError`."""
    raise requests.ConnectionError(f"connection refused: {request.url}", request=request)


def too_late(request: requests.PreparedRequest, call_next: CallNext) -> requests.Response:
    """The other side does what it is asked and answers too late, in no time. Raises :class:`requests.ReadTimeout`."""
    call_next(request)
    raise requests.ReadTimeout(f"read timed out: {request.url}", request=request)


def failing(status: int) -> Interceptor:
    """The other side has a fault of its own, and does nothing of what it is asked."""
    body = f"<h1>{status} {HTTPStatus(status).phrase}</h1>".encode()

    def failed(request: requests.PreparedRequest, _call_next: CallNext) -> requests.Response:
        return answered(request, status, {"Content-Type": "text/html"}, body)

    return failed


def cut_off(request: requests.PreparedRequest, call_next: CallNext) -> requests.Response:
    """The other side does what it is asked, and the connection is lost in the middle of the answer."""
    whole = call_next(request)
    answer = answered(request, whole.status_code, whole.headers, b"")
    answer.raw = _HalfOf(whole.content, list(whole.headers.items()))
    return answer


def answered(
    request: requests.PreparedRequest, status: int, headers: Mapping[str, str], body: bytes
) -> requests.Response:
    """An answer as it comes from a server."""

    def server(_environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response(f"{status} {HTTPStatus(status).phrase}", list(headers.items()))
        return [body]

    return send_to_wsgi(server, request)


def json_of(answer: requests.Response) -> Mapping[str, Any]:
    """The JSON object that an answer is; empty when it is none. Whoever has called can read it still."""
    content = answer.content
    answer.raw.seek(0)
    try:
        body = json.loads(content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


class _HalfOf(io.BytesIO):
    """A body that breaks off in the middle."""

    def __init__(self, body: bytes, headers: list[tuple[str, str]]) -> None:
        half = len(body) // 2
        super().__init__(body[:half])
        self.headers = headers
        self._lost = f"connection broken: {half} bytes read, {len(body) - half} more expected"

    def read(self, size: int | None = -1, /) -> bytes:
        """What has arrived, and then the failure."""
        chunk = super().read(size)
        if not chunk or size is None or size < 0:
            raise requests.exceptions.ChunkedEncodingError(self._lost)
        return chunk

    def stream(self, size: int, decode_content: bool | None = None) -> Iterable[bytes]:
        """The body in pieces, as ``requests`` takes it."""
        while True:
            yield self.read(size)

    def release_conn(self) -> None:
        """There is no connection."""
