"""The portal's audit log, as ``sso-portal audit`` tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class AuditEvent:
    """Something that somebody may have to answer for.

    ``what`` is its name in the past tense, ``actor`` is ``web``, ``command line`` or ``portal``; ``details`` tell more,
    never a secret. ``at`` is the world's time in seconds.
    """

    what: str
    username: str | None
    client_id: str | None
    actor: str
    at: int
    address: str
    user_agent: str
    sid: str | None
    trace_id: str
    details: Mapping[str, Any]


def audit_events_of(portal: Any) -> Iterator[AuditEvent]:
    """Every event in the log of ``portal``, oldest first."""
    with portal.transaction() as unit:
        for event in unit.audit.everything():
            yield AuditEvent(
                event.what,
                event.username,
                event.client_id,
                event.actor,
                event.at,
                event.address,
                event.user_agent,
                event.sid,
                event.trace_id,
                dict(event.details),
            )
