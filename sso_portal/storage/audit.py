"""The audit log: what has happened that somebody may have to answer for. Rows are added and, long after, deleted;
none is ever changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Index,
    Integer,
    Select,
    String,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
)

from sso_portal.storage.database import Work
from sso_portal.storage.schema import metadata, time_column
from sso_portal.storage.users import users

audit_events = Table(
    "audit_events",
    metadata,
    Column("number", Integer, primary_key=True),
    time_column("at", index=True),
    Column("what", String(40), nullable=False),
    Column("actor", String(20), nullable=False),
    Column("user_id", Integer),
    # As it was then; no foreign keys, because the log outlives what it tells of.
    Column("username", String(150)),
    Column("client_id", String(200)),
    Column("sid", String(64)),
    Column("address", String(64), nullable=False),
    Column("user_agent", String(300), nullable=False),
    Column("trace_id", String(32), nullable=False),
    Column("details", JSON, nullable=False),
    Index("ix_audit_events_user_id_at", "user_id", "at"),
    Index("ix_audit_events_client_id_at", "client_id", "at"),
)

_SENT = tuple(column for column in audit_events.c if column.name not in {"number", "username"})
_USERNAME = (
    select(users.c.username)
    .where(users.c.id == bindparam("user_id", type_=Integer))
    .scalar_subquery()
    .label("username")
)
_SAME = select(audit_events.c.number).where(
    *(audit_events.c[name] == bindparam(name) for name in ("at", "what", "client_id", "sid"))
)
_ROW = (*(bindparam(column.name, type_=column.type).label(column.name) for column in _SENT), _USERNAME)
_OLD = select(audit_events.c.number).where(audit_events.c.at < bindparam("before"))

# Made once: making a statement takes longer than running it.
_ADD = insert(audit_events).from_select([column.name for column in _ROW], select(*_ROW))
_ADD_FIRST = insert(audit_events).from_select([column.name for column in _ROW], select(*_ROW).where(~exists(_SAME)))
_LAST = select(func.max(audit_events.c.number).label("number"))
_SWEEP = delete(audit_events).where(audit_events.c.number.in_(_OLD.limit(bindparam("limit", type_=Integer))))


@dataclass(frozen=True)
class AuditEvent:
    """One line of the log. ``at`` is in seconds since 1970; texts are empty where nothing is known, the person, the
    client and the session ``None`` where none has to do with it. ``details`` never hold a secret."""

    at: int
    what: str
    actor: str
    user_id: int | None = None
    client_id: str | None = None
    sid: str | None = None
    address: str = ""
    user_agent: str = ""
    trace_id: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    username: str | None = None
    number: int = 0


@dataclass(frozen=True)
class Wanted:
    """Which events are asked for: those of a person, of a client, and from a time (seconds) on."""

    user_id: int | None = None
    client_id: str | None = None
    since: int | None = None


class AuditStore:
    """Every statement on the audit log."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def add(self, event: AuditEvent) -> None:
        """Write an event down, with the person's user name as it is now."""
        self._work.write(_ADD, _values(event))

    def add_first(self, event: AuditEvent) -> None:
        """The same, unless there is one like it of this second: of a person, a client and a session."""
        self._work.write(_ADD_FIRST, _values(event))

    def page(self, wanted: Wanted, after: tuple[int, int], limit: int) -> Sequence[AuditEvent]:
        """Up to ``limit`` events, oldest first, that come after a time and a number."""
        at, number = after
        later = or_(audit_events.c.at > at, and_(audit_events.c.at == at, audit_events.c.number > number))
        # The first condition says nothing new, but an index can use it.
        query = _wanted(wanted).where(audit_events.c.at >= at, later)
        return self._events(query.order_by(audit_events.c.at, audit_events.c.number).limit(limit))

    def newer(self, wanted: Wanted, than: int, limit: int) -> Sequence[AuditEvent]:
        """Up to ``limit`` events with a higher number, the lowest first."""
        query = _wanted(wanted).where(audit_events.c.number > than)
        return self._events(query.order_by(audit_events.c.number).limit(limit))

    def last_number(self) -> int:
        """The highest number there is, 0 in an empty log."""
        row = self._work.first(_LAST)
        return int(row["number"] or 0) if row is not None else 0

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` events from before the given time."""
        return self._work.write(_SWEEP, {"before": before, "limit": limit})

    def _events(self, query: Select[Any]) -> Sequence[AuditEvent]:
        return [AuditEvent(**row) for row in self._work.all(query)]


def _values(event: AuditEvent) -> dict[str, Any]:
    return {column.name: getattr(event, column.name) for column in _SENT}


def _wanted(wanted: Wanted) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.user_id is not None:
        conditions.append(audit_events.c.user_id == wanted.user_id)
    if wanted.client_id is not None:
        conditions.append(audit_events.c.client_id == wanted.client_id)
    if wanted.since is not None:
        conditions.append(audit_events.c.at >= wanted.since)
    return select(audit_events).where(*conditions)
