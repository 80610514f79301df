"""Requests that one thread answers in a row, with one commit for all: the part that the servers share."""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sso_portal.wiring import Together

Headers = list[tuple[str, str]]

_MOST = 16
"""So many requests are answered before the first of them is told so."""
_LONG_SECONDS = 0.010
"""And no longer than this, as soon as one of them has ended."""
_TRACE = "X-Request-Id"
_KEPT = ("Date", _TRACE)
_log = logging.getLogger("sso_portal.server")


class Row:
    """The requests that one thread answers in a row."""

    def __init__(self, together: Together, paths: Collection[str]) -> None:
        """What those at ``paths`` write is committed together."""
        self.together = together
        self._paths = paths
        self._answered = 0
        self._began = 0.0

    def takes(self, method: str, path: str) -> bool:
        """Whether the answer to such a request may wait for others."""
        # A refusal has a body, which HEAD must not get.
        return path in self._paths and method != "HEAD"

    def end(self) -> None:
        """One has been answered: enough for now?"""
        self.together.end()
        if not self.together.is_pending:
            self._answered = 0
            return
        if not self._answered:
            self._began = time.monotonic()
        self._answered += 1
        if self._answered >= _MOST or time.monotonic() > self._began + _LONG_SECONDS:
            self.together.settle()
            self._answered = 0


def refusal(headers: Iterable[tuple[str, str]], problem: Exception) -> tuple[Headers, bytes]:
    """The headers and the body of a 503 in place of an answer with these ``headers``, of which nothing has happened."""
    kept = [(name, value) for name, value in headers if name in _KEPT]
    trace = dict(kept).get(_TRACE, "")
    # The line of its request has been written already, and may claim success.
    _log.error("undone, and answered with 503: request %s could not be committed", trace, exc_info=problem)
    said = {"error": "temporarily_unavailable", "error_description": "Try again in a moment.", "trace_id": trace}
    body = json.dumps(said).encode()
    own = [
        ("Cache-Control", "no-store"),
        ("Connection", "close"),
        ("Content-Type", "application/json"),
        ("Retry-After", "5"),
        ("Content-Length", str(len(body))),
    ]
    return own + kept, body
