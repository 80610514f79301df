"""Whose request is being served: the calls that a site's server makes meanwhile belong to the same flow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sso_flow.journal import Hop

Tell = Callable[[str, Hop], None]
"""Takes what a process has seen: the browser it belongs to (empty when it is not known here), and the hop."""

_CALLS: ContextVar[list[Hop] | None] = ContextVar("calls", default=None)


@contextmanager
def serving() -> Iterator[list[Hop]]:
    """While the block runs, the calls that it makes are collected in the list."""
    calls: list[Hop] = []
    token = _CALLS.set(calls)
    try:
        yield calls
    finally:
        _CALLS.reset(token)


def note_call(hop: Hop) -> None:
    """Put a call to those of the request that is being served; one that nobody waits for is forgotten."""
    calls = _CALLS.get()
    if calls is not None:
        calls.append(hop)


def is_serving() -> bool:
    """Whether calls are being collected."""
    return _CALLS.get() is not None
