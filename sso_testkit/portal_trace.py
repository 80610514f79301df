"""What the portal remembers of a refusal, as ``sso-portal trace`` tells it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def trace_lines(portal: Any, trace_id: str, known: set[Any]) -> Iterator[str]:
    """The portal's timeline of the attempt that ``trace_id`` (``X-Request-Id``) belongs to, without the steps that are
    ``known`` already, to which they are added; nothing for an answer that was no refusal."""
    if portal is None or not trace_id:
        return
    try:
        with portal.transaction() as unit:
            entries = unit.traces.timeline(trace_id)
    # A story is told because something went wrong; whatever else is broken must not hide it.
    except Exception as error:
        yield f"the portal's trace {trace_id} cannot be read: {type(error).__name__}: {error}"
        return
    fresh = [entry for entry in entries if _identity(entry) not in known]
    if not any(entry.check for entry in fresh):
        return
    known.update(map(_identity, fresh))
    yield f"the portal's trace {trace_id}:"
    for entry in fresh:
        yield from _told(entry)


def _identity(entry: Any) -> tuple[Any, ...]:
    return entry.at, entry.step, entry.what, entry.check, entry.trace_id


def _told(entry: Any) -> Iterator[str]:
    mark, reason = ("✗", f": {entry.check}") if entry.check else ("✓", "")
    yield f"  {mark} {entry.step}: {entry.what}{reason}"
    for name, value in entry.details.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        yield f"      {name.replace('_', ' ')}: {shown}"
    if entry.mend:
        yield f"      mend: {entry.mend}"
