"""What the guard answers by itself, in terms of HTTP and of no framework."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer. `headers` may name one several times."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @property
    def status_line(self) -> str:
        """Status and reason, as WSGI wants them."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"

    def with_headers(self, *headers: tuple[str, str]) -> Reply:
        """Return the same with more headers."""
        return replace(self, headers=(*self.headers, *headers))


def json_reply(status: int, content_type: str, body: dict[str, Any], *headers: tuple[str, str]) -> Reply:
    """Return `body` as JSON with its length."""
    text = json.dumps(body).encode()
    return Reply(status, (("Content-Type", content_type), ("Content-Length", str(len(text))), *headers), text)
