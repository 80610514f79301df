"""What the portal says no with: to a machine, and to whoever registers something."""

from __future__ import annotations

import webtest

from sso_portal.app import Refused

__all__ = ["Refused", "error_of"]


def error_of(answer: webtest.TestResponse, status: int = 400) -> str:
    """The error code of a machine's answer with this ``status``, which has the form of every refusal of the portal: a
    code, a description, the trace that is in the header too, and nothing that a cache would keep (RFC 6749, section
    5.2)."""
    assert answer.status_int == status, answer.text
    assert set(answer.json) == {"error", "error_description", "trace_id"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["trace_id"] == answer.headers["X-Request-Id"]
    return str(answer.json["error"])
