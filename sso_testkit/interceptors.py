"""What may stand between two servers: it sees each call, and lets it through, changes it, answers it or breaks it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

import requests

CallNext = Callable[[requests.PreparedRequest], requests.Response]
"""Passes a call on; answers what the other side has said."""

Interceptor = Callable[[requests.PreparedRequest, CallNext], requests.Response]
"""Given a call and the way on. What it raises arrives at the caller as a fault of the network."""


class Interceptors:
    """All who stand on the back channel of one world; who came last stands next to the caller."""

    def __init__(self) -> None:
        """Nobody."""
        self._interceptors: list[Interceptor] = []
        self._lock = Lock()

    def append(self, interceptor: Interceptor) -> None:
        """Let all further calls pass by ``interceptor``."""
        with self._lock:
            self._interceptors.append(interceptor)

    def remove(self, interceptor: Interceptor) -> None:
        """Let no further call pass by it; nothing when none does."""
        with self._lock:
            self._interceptors = [known for known in self._interceptors if known is not interceptor]

    def carry(self, request: requests.PreparedRequest, deliver: CallNext) -> requests.Response:
        """Take a call past everybody; ``deliver`` brings it to the other side."""
        with self._lock:
            standing = list(self._interceptors)
        call_next = deliver
        for interceptor in standing:
            call_next = _past(interceptor, call_next)
        return call_next(request)


def _past(interceptor: Interceptor, call_next: CallNext) -> CallNext:
    return lambda request: interceptor(request, call_next)
