"""Refusals are written down with their trace, so that `sso-portal trace` can tell what happened."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from sso_portal.protocol.call import Call
from sso_portal.services.traces import Finding


def record_refusal(
    request: Request, kind: str, error: str, call: Call | None = None, *, attempt: str | None = None, **details: Any
) -> None:
    """Remember that a request was refused. ``kind`` is the endpoint or step, ``attempt`` the digest of the
    authorization request that it belongs to; ``details`` never hold a secret."""
    found = call.finding if call is not None else None
    finding = Finding(found.check if found else error, {**details, **(found.details if found else {})})
    about: dict[str, Any] = {"attempt": attempt}
    if call is not None:
        family = call.family
        session, user = call.session, call.user
        about |= {
            "client_id": call.client.client_id if call.client is not None else None,
            "family_id": family.family_id if family is not None else call.family_id,
            "user_id": user.id if user is not None else None,
            "sid": session.sid if session is not None else (family.sid if family is not None else None),
        }
    request.unit.traces.record(request.trace_id, kind, finding, **about)
