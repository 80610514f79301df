"""The identifier of the request being served, for log lines and error pages."""

from __future__ import annotations

from contextvars import ContextVar

current_trace: ContextVar[str] = ContextVar("current_trace", default="-")
"""The trace identifier of the request in this thread; ``-`` outside a request."""
