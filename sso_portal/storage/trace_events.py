"""What is remembered of refusals, so that they can be explained: never a secret, kept for a set time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, Column, Integer, String, Table

from sso_portal.storage.schema import metadata, time_column

trace_events = Table(
    "trace_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("trace_id", String(32), nullable=False, index=True),
    time_column("at", index=True),
    # A hash of the authorization request, the same through all its steps.
    Column("attempt", String(64), index=True),
    Column("family_id", String(64), index=True),
    Column("client_id", String(200)),
    Column("user_id", Integer),
    Column("sid", String(64)),
    Column("kind", String(40), nullable=False),
    Column("check", String(60), nullable=False),
    Column("details", JSON, nullable=False),
)


@dataclass(frozen=True)
class TraceEvent:
    """One refusal, or one step on the way to it. ``kind`` is the endpoint or step, ``check`` the rule that failed."""

    trace_id: str
    at: int
    kind: str
    check: str
    attempt: str | None = None
    family_id: str | None = None
    client_id: str | None = None
    user_id: int | None = None
    sid: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
