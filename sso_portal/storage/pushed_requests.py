"""Authorization requests that clients have pushed (RFC 9126): stored by the hash of their reference, answered once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, Integer, String, Table, bindparam, delete, insert, select, update

from sso_portal.storage.database import Work, values_of
from sso_portal.storage.schema import metadata, time_column

pushed_requests = Table(
    "pushed_requests",
    metadata,
    Column("request_uri_hash", String(64), primary_key=True),
    Column("client_id", String(200), nullable=False),
    Column("parameters", JSON, nullable=False),
    time_column("issued_at"),
    # Until when a browser may arrive with it; a sign-in may take longer.
    time_column("expires_at", index=True),
    time_column("used_at", nullable=True),
)

_OLD = select(pushed_requests.c.request_uri_hash).where(pushed_requests.c.expires_at < bindparam("before"))

# Made once: making a statement takes longer than running it.
_ADD = insert(pushed_requests)
_GET = select(pushed_requests).where(pushed_requests.c.request_uri_hash == bindparam("hash"))
_USE = (
    update(pushed_requests)
    .where(pushed_requests.c.request_uri_hash == bindparam("hash"), pushed_requests.c.used_at.is_(None))
    .values(used_at=bindparam("now"))
)
_SWEEP = delete(pushed_requests).where(
    pushed_requests.c.request_uri_hash.in_(_OLD.limit(bindparam("limit", type_=Integer)))
)


@dataclass(frozen=True)
class PushedRequest:
    """One pushed request; ``used_at`` is when it was answered."""

    request_uri_hash: str
    client_id: str
    parameters: dict[str, Any]
    issued_at: int
    expires_at: int
    used_at: int | None = None


class PushedRequestStore:
    """Every statement on pushed requests."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def add(self, request: PushedRequest) -> None:
        """Remember a pushed request."""
        self._work.write(_ADD, values_of(request))

    def get(self, request_uri_hash: str) -> PushedRequest | None:
        """The request with this hash, whatever its state."""
        row = self._work.first(_GET, {"hash": request_uri_hash})
        return PushedRequest(**row) if row else None

    def use(self, request_uri_hash: str, now: int) -> bool:
        """Note that the request is being answered: of any number of attempts at once exactly one gets ``True``."""
        return self._work.write(_USE, {"hash": request_uri_hash, "now": now}) == 1

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` requests that expired before the given time."""
        return self._work.write(_SWEEP, {"before": before, "limit": limit})
