"""Authorization requests that clients have pushed (RFC 9126): stored by the hash of their reference, answered once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, String, Table, delete, insert, select, update

from sso_portal.storage.database import Work, parameters
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
        self._work.write(insert(pushed_requests).values(**request.__dict__))

    def get(self, request_uri_hash: str) -> PushedRequest | None:
        """The request with this hash, whatever its state."""
        query = select(pushed_requests).where(pushed_requests.c.request_uri_hash == request_uri_hash)
        row = self._work.first(query)
        return PushedRequest(**parameters(row)) if row else None

    def use(self, request_uri_hash: str, now: int) -> bool:
        """Note that the request is being answered: of any number of attempts at once exactly one gets ``True``."""
        statement = update(pushed_requests).where(
            pushed_requests.c.request_uri_hash == request_uri_hash, pushed_requests.c.used_at.is_(None)
        )
        return self._work.write(statement.values(used_at=now)) == 1

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` requests that expired before the given time."""
        doomed = select(pushed_requests.c.request_uri_hash).where(pushed_requests.c.expires_at < before).limit(limit)
        return self._work.write(delete(pushed_requests).where(pushed_requests.c.request_uri_hash.in_(doomed)))
