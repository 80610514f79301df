"""The layer around the calls of a site's server: to the portal, and to APIs."""

from __future__ import annotations

import io
import time
from typing import Any
from urllib.parse import parse_qsl

import requests
from requests.adapters import HTTPAdapter

from sso_flow.exchanges import host_of
from sso_flow.journal import KEPT_BYTES, Hop
from sso_flow.live import kept
from sso_flow.live.serving import is_serving, note_call


class RecordedCalls:
    """Makes ``requests`` sessions whose calls are told of as those of ``address``, while a browser waits for them."""

    def __init__(self, address: str) -> None:
        """``address``: where people find the site whose server calls."""
        self._actor = host_of(address)

    def __call__(self) -> requests.Session:
        """A session like any other."""
        session = requests.Session()
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(self._actor))
        return session


class _Adapter(HTTPAdapter):
    def __init__(self, actor: str) -> None:
        super().__init__()
        self._actor = actor

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send it as ever."""
        begun = time.monotonic_ns()
        if not is_serving():
            return super().send(request, *args, **kwargs)
        try:
            answer = super().send(request, *args, **kwargs)
        except requests.RequestException as problem:
            note_call(_hop(request, self._actor, begun, 0, [], type(problem).__name__.encode()))
            raise
        headers = list(answer.headers.items())
        body = kept.kept_body(headers, _read(answer))
        note_call(_hop(request, self._actor, begun, answer.status_code, headers, body))
        return answer


def _hop(
    request: requests.PreparedRequest, actor: str, begun: int, status: int, headers: list[tuple[str, str]], body: bytes
) -> Hop:
    asked = [(name, _text(value)) for name, value in request.headers.items()]
    return Hop(
        number=begun,
        at=int(time.time()),
        actor=actor,
        method=request.method or "GET",
        url=kept.kept_url(request.url or ""),
        request_headers=kept.kept_request_headers(asked),
        form=tuple(kept.kept_form(_form(request))),
        status=status,
        response_headers=tuple(kept.kept_response_headers(headers)),
        body=body,
        seconds=(time.monotonic_ns() - begun) / 1e9,
    )


def _form(request: requests.PreparedRequest) -> list[tuple[str, str]]:
    if not _text(request.headers.get("Content-Type", "")).startswith("application/x-www-form-urlencoded"):
        return []
    return parse_qsl(_text(request.body or b"")[:KEPT_BYTES], keep_blank_values=True)


def _read(answer: requests.Response) -> bytes:
    """A short body, which whoever asked reads after us; of a long one, or one of unknown length, nothing."""
    size = kept.size_in(answer.headers.get("Content-Length", ""))
    if size > KEPT_BYTES:
        return b""
    body = bytes(answer.raw.read(size, decode_content=False))
    answer.raw.release_conn()
    answer.raw = io.BytesIO(body)
    return body


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
