"""What is remembered of refusals, so that they can be explained: never a secret, kept for a set time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, Column, Integer, String, Table, bindparam, delete, insert, or_, select

from sso_portal.storage.database import Work, values_of
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


_FIELDS = tuple(column for column in trace_events.c if column.name != "id")
_MOST_RELATED = 100
_OLD = select(trace_events.c.id).where(trace_events.c.at < bindparam("before"))

# Made once: making a statement takes longer than running it.
_ADD = insert(trace_events)
_OF_TRACE = (
    select(*_FIELDS).where(trace_events.c.trace_id == bindparam("trace_id")).order_by(trace_events.c.id).limit(1)
)
_SWEEP = delete(trace_events).where(trace_events.c.id.in_(_OLD.limit(bindparam("limit", type_=Integer))))


class TraceStore:
    """Every statement on traces."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def add(self, event: TraceEvent) -> None:
        """Remember an event."""
        self._work.write(_ADD, values_of(event))

    def of_trace(self, trace_id: str) -> TraceEvent | None:
        """The event with this trace."""
        row = self._work.first(_OF_TRACE, {"trace_id": trace_id})
        return TraceEvent(**row) if row else None

    def related(self, event: TraceEvent) -> list[TraceEvent]:
        """The events of the same trace, the same request and the same family of tokens, oldest first."""
        same = [trace_events.c.trace_id == event.trace_id]
        if event.attempt is not None:
            same.append(trace_events.c.attempt == event.attempt)
        if event.family_id is not None:
            same.append(trace_events.c.family_id == event.family_id)
        query = select(*_FIELDS).where(or_(*same)).order_by(trace_events.c.id).limit(_MOST_RELATED)
        return [TraceEvent(**row) for row in self._work.all(query)]

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` events from before the given time."""
        return self._work.write(_SWEEP, {"before": before, "limit": limit})
