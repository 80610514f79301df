"""The portal's outbox of sign-outs, as it lies in its database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# The portal's services tell of notices that are not settled only; a test asks for those that went well too.
_QUERY = """
SELECT logout_notices.client_id, logout_notices.state, sign_outs.because, logout_notices.sid, logout_notices.attempts,
       logout_notices.problem, logout_notices.created_at, logout_notices.next_attempt_at, logout_notices.settled_at
FROM logout_notices JOIN sign_outs ON sign_outs.receipt_hash = logout_notices.receipt_hash
ORDER BY logout_notices.created_at, logout_notices.client_id, logout_notices.id
"""


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
    """Every notice in the outbox of ``portal``, oldest first."""
    with portal.database.engine.connect() as connection:
        for row in connection.exec_driver_sql(_QUERY):
            yield Notice(*row)
