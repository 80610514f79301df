"""Servers that mean ill, without sockets: whatever they answer, and what they were asked."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse


class Endless(io.RawIOBase):
    """A body without an end; slow if `pause` (seconds) says so."""

    def __init__(self, pause: float = 0) -> None:
        super().__init__()
        self.given, self._pause = 0, pause

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        time.sleep(self._pause)
        size = 1 if self._pause else len(buffer)
        buffer[:size] = b"x" * size
        self.given += size
        return size


class Enemy(BaseAdapter):
    """Answers whatever a test wants, and remembers what it was asked."""

    def __init__(self, answer: Callable[[requests.PreparedRequest], HTTPResponse]) -> None:
        super().__init__()
        self._answer = answer
        self.asked: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.asked.append(request)
        raw = self._answer(request)
        response = requests.Response()
        response.status_code, response.raw, response.url = raw.status, raw, request.url or ""
        response.headers.update(raw.headers)
        response.request = request
        return response

    def close(self) -> None:
        """Nothing is open."""

    def session(self) -> requests.Session:
        """A session whose calls come here."""
        session = requests.Session()
        session.mount("https://", self)
        return session


def answer(status: int, body: Any = b"", **headers: str) -> HTTPResponse:
    """An answer, its body as bytes or as a stream."""
    stream = io.BytesIO(body) if isinstance(body, bytes) else io.BufferedReader(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HTTPResponse(stream, headers=named, status=status, preload_content=False)
