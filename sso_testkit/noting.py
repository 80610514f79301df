"""Writing calls from server to server down in the journal."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

import requests

from sso_flow.journal import Journal

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Noted:
    """Makes calls and writes them down as those of ``actor``."""

    journal: Journal
    actor: str

    def make(
        self, request: requests.PreparedRequest, send: Callable[[requests.PreparedRequest], requests.Response]
    ) -> requests.Response:
        """What ``send`` answers; what it raises is written down too."""
        number, started = self.journal.next_number(), time.perf_counter()
        try:
            answer = send(request)
        except Exception as error:
            self._write(request, number, started, 0, [], str(error).encode())
            raise
        headers = getattr(answer.raw, "headers", list(answer.headers.items()))
        self._write(request, number, started, answer.status_code, headers, _body_of(answer))
        return answer

    def _write(
        self,
        request: requests.PreparedRequest,
        number: int,
        started: float,
        status: int,
        headers: list[tuple[str, str]],
        body: bytes,
    ) -> None:
        self.journal.add(
            number=number,
            actor=self.actor,
            method=request.method or "GET",
            url=request.url or "",
            request_headers={name: _text(value) for name, value in request.headers.items()},
            form=_form(request),
            status=status,
            response_headers=headers,
            body=body,
            seconds=time.perf_counter() - started,
        )


def _form(request: requests.PreparedRequest) -> list[tuple[str, str]]:
    if not _text(request.headers.get("Content-Type", "")).startswith(_FORM):
        return []
    return parse_qsl(_text(request.body or b""), keep_blank_values=True)


def _body_of(answer: requests.Response) -> bytes:
    """The body, so that whoever asked can still read it."""
    whole = getattr(answer.raw, "getvalue", None)
    return bytes(whole()) if whole is not None else b""


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
