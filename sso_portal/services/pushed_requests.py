"""Authorization requests that clients have pushed: handed out as a reference, found again, answered once (RFC 9126)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sso_portal.base.clock import Clock
from sso_portal.base.hashing import TokenHasher
from sso_portal.base.ids import token
from sso_portal.storage.database import Work
from sso_portal.storage.pushed_requests import PushedRequest, PushedRequestStore

PREFIX = "urn:ietf:params:oauth:request_uri:"
"""How every reference begins (RFC 9126, section 2.2)."""


@dataclass(frozen=True)
class Found:
    """What a reference leads to; ``parameters`` are there when the state is ``good``."""

    state: Literal["good", "unknown", "of_other_client", "used", "expired"]
    parameters: Mapping[str, Any] | None = None


class PushedRequests:
    """Every pushed request."""

    def __init__(self, work: Work, hasher: TokenHasher, clock: Clock, *, seconds: int) -> None:
        """``seconds`` is how long a browser may take to arrive with the reference."""
        self._store = PushedRequestStore(work)
        self._hasher = hasher
        self._clock = clock
        self.seconds = seconds

    def push(self, client_id: str, parameters: Mapping[str, Any]) -> str:
        """Remember a request that was found good; answers its reference, which nobody can guess."""
        now, request_uri = self._clock.now(), f"{PREFIX}{token()}"
        hashed = self._hasher.hash(request_uri)
        self._store.add(PushedRequest(hashed, client_id, dict(parameters), now, now + self.seconds))
        return request_uri

    def find(self, request_uri: str, client_id: str, *, arrived: bool) -> Found:
        """What a client's reference leads to. ``arrived``: the browser came in time, however long it took since."""
        record = self._store.get(self._hasher.hash(request_uri))
        if record is None:
            return Found("unknown")
        if record.client_id != client_id:
            return Found("of_other_client")
        if record.used_at is not None:
            return Found("used")
        if record.expires_at <= self._clock.now() and not arrived:
            return Found("expired")
        return Found("good", record.parameters)

    def use(self, request_uri: str) -> bool:
        """Note that the request is being answered; of any number of attempts at once exactly one gets ``True``."""
        return self._store.use(self._hasher.hash(request_uri), self._clock.now())
