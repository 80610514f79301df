"""Calls to the portal that stop for a moment when it has not answered, for else each of many requests would wait."""

from __future__ import annotations

import threading
from typing import Any

import requests

from sso_client.backchannel import Backchannel, HttpFactory
from sso_client.clock import Clock
from sso_client.errors import PortalUnavailable

PAUSE_SECONDS = 2
"""How long nobody tries after a call that was not answered; told to clients as Retry-After."""


class CarefulBackchannel(Backchannel):
    """Like any backchannel, but a portal that is away costs one request its patience and not all of them."""

    def __init__(self, http: HttpFactory, timeout: float, clock: Clock) -> None:
        """`timeout`: seconds for a whole call."""
        super().__init__(http, timeout)
        self._clock = clock
        self._lock = threading.Lock()
        self._failed_at: int | None = None
        self._is_tried_again = False

    def send(self, method: str, url: str, **options: Any) -> requests.Response:
        """Send a request as usual. Raises PortalUnavailable at once if the last call has failed a moment ago, or when
        somebody else is just finding out whether the portal is back."""
        is_again = self._enter(f"{method} {url}")
        try:
            answer = super().send(method, url, **options)
        except PortalUnavailable:
            self._failed_at = self._clock.now()
            raise
        else:
            self._failed_at = None
        finally:
            if is_again:
                self._is_tried_again = False
        return answer

    def _enter(self, call: str) -> bool:
        """Whether this is the one call that tries again."""
        with self._lock:
            if self._failed_at is None:
                return False
            is_soon = 0 <= self._clock.now() - self._failed_at < PAUSE_SECONDS
            if is_soon or self._is_tried_again:
                raise PortalUnavailable(f"{call}: not tried, the portal has not answered a moment ago")
            self._is_tried_again = True
            return True
