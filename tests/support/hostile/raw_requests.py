"""Requests as a server hands them over, byte by byte, and what comes back; no client tidies anything up."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

from sso_testkit.sso import PORTAL


@dataclass(frozen=True)
class Answer:
    """A response as it was given to the server."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header, or an empty string."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")

    def has(self, name: str) -> bool:
        """Whether there is such a header."""
        return any(known.lower() == name.lower() for known, _ in self.headers)

    @property
    def text(self) -> str:
        """Headers and body, to be searched."""
        return (
            "\n".join(f"{name}: {value}" for name, value in self.headers) + "\n" + self.body.decode("utf-8", "replace")
        )

    @property
    def is_error(self) -> bool:
        """Whether it is a refusal."""
        return self.status >= HTTPStatus.BAD_REQUEST


def send(
    application: Any, method: str, path: bytes, query: bytes, body: bytes, environ: Mapping[str, str] | None = None
) -> Answer:
    """Run one request; ``environ`` are further members of the WSGI environment, which win."""
    answer: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Any:
        answer["status"], answer["headers"] = int(status.split(" ", 1)[0]), tuple(headers)
        return written.append

    written: list[bytes] = []
    chunks = application({**_environ(method, path, query, body), **(environ or {})}, start_response)
    try:
        written.extend(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    return Answer(answer["status"], answer["headers"], b"".join(written))


def _environ(method: str, path: bytes, query: bytes, body: bytes) -> dict[str, Any]:
    host = PORTAL.partition("://")[2]
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": host,
        "REMOTE_ADDR": "192.0.2.7",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
