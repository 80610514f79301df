"""The portal's outbox of sign-outs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Notice:
    """What one client is told of one sign-out.

    ``state``: ``waiting``, ``signed_out`` (it has confirmed), ``given_up``; or ``in_browser`` and ``not_told``, where
    the client has no address for the server to call. ``because`` says how the sign-out came to be, ``problem`` why the
    last try failed. Times are seconds since 1970-01-01 UTC.
    """

    client_id: str
    state: str
    because: str
    sid: str
    attempts: int
    problem: str | None
    created_at: int
    next_attempt_at: int
    settled_at: int | None


def notices_of(portal: Any) -> Iterator[Notice]:
    """The latest thousand notices in the outbox of ``portal``, oldest first."""
    with portal.transaction() as unit:
        latest = unit.sign_outs.latest_notices()
    for told, sign_out in reversed(latest):
        yield Notice(
            client_id=told.client_id,
            state=told.state,
            because=sign_out.because,
            sid=told.sid,
            attempts=told.attempts,
            problem=told.problem,
            created_at=told.created_at,
            next_attempt_at=told.next_attempt_at,
            settled_at=told.settled_at,
        )
