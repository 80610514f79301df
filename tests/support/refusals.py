"""What every refusal of a machine's endpoint looks like."""

from __future__ import annotations

import webtest


def error(answer: webtest.TestResponse, status: int = 400) -> str:
    """The error code of a refusal whose form is as promised."""
    assert answer.status_int == status, answer.text
    assert set(answer.json) == {"error", "error_description", "trace_id"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["trace_id"] == answer.headers["X-Request-Id"]
    return str(answer.json["error"])
