"""The audit log: what has happened, written by the transaction in which it happens, and read back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from sso_portal.base.circumstances import current_circumstances
from sso_portal.base.clock import Clock
from sso_portal.base.events import EventName
from sso_portal.base.trace import current_trace
from sso_portal.storage.audit import AuditEvent as AuditEvent
from sso_portal.storage.audit import AuditStore
from sso_portal.storage.audit import Wanted as Wanted
from sso_portal.storage.database import Work

_PAGE = 500
_LONGEST_TEXT = 200
_LONGEST_LIST = 50

_LATE_LOOKS = 30
_LATE_NUMBERS = 100
"""How long, and how far back, who follows looks for events with lower numbers than those that were seen: a number is
given when an event is written, and transactions end in any order."""


class Audit:
    """Every event."""

    def __init__(self, work: Work, clock: Clock) -> None:
        """What is recorded is remembered if and only if the given transaction is."""
        self._store = AuditStore(work)
        self._clock = clock

    def record(
        self,
        what: EventName,
        *,
        user_id: int | None = None,
        client_id: str | None = None,
        sid: str | None = None,
        **details: Any,
    ) -> None:
        """Write down what has happened, and who it is about. ``details`` are plain values, and never a secret."""
        self._store.add(self._event(what, user_id, client_id, sid, details))

    def record_first(self, what: EventName, *, user_id: int, client_id: str, sid: str, **details: Any) -> None:
        """The same for what happens once in a session and may be noticed twice in the second in which it does."""
        self._store.add_first(self._event(what, user_id, client_id, sid, details))

    def _event(
        self, what: str, user_id: int | None, client_id: str | None, sid: str | None, details: dict[str, Any]
    ) -> AuditEvent:
        around, trace_id = current_circumstances.get(), current_trace.get()
        return AuditEvent(
            at=self._clock.now(),
            what=what,
            actor=around.actor,
            user_id=user_id,
            client_id=client_id,
            sid=sid,
            address=_storable(around.address)[:64],
            user_agent=_storable(around.user_agent)[:300],
            trace_id="" if trace_id == "-" else trace_id,
            details={name: _bounded(value) for name, value in details.items() if value not in (None, "", [])},
        )

    def last_number(self) -> int:
        """The number of the latest event; 0 when there is none."""
        return self._store.last_number()

    def page(self, wanted: Wanted, after: AuditEvent | None = None) -> Sequence[AuditEvent]:
        """Some of the events that are wanted, oldest first, the next after ``after``; none when there are no more."""
        place = (after.at, after.number) if after is not None else (wanted.since or 0, 0)
        return self._store.page(wanted, place, _PAGE)

    def everything(self, wanted: Wanted | None = None) -> Iterator[AuditEvent]:
        """All of the events that are wanted, oldest first."""
        wanted = wanted or Wanted()
        events = self.page(wanted)
        while events:
            yield from events
            events = self.page(wanted, events[-1])

    def newer(self, wanted: Wanted, than: int) -> Sequence[AuditEvent]:
        """Some of the events that are wanted and have a higher number than ``than``, in the order of numbers."""
        return self._store.newer(wanted, than, _PAGE)


class Follower:
    """Looks into the log again and again, and tells each event once."""

    def __init__(self, audit: Callable[[], AbstractContextManager[Audit]], wanted: Wanted) -> None:
        """``audit`` opens a transaction of its own; what is there already counts as told."""
        self._audit = audit
        self._wanted = wanted
        with audit() as now:
            start = max(0, now.last_number() - _LATE_NUMBERS)
        # The highest number at each of the latest looks, and what was told beyond the first of them.
        self._marks = deque([start], maxlen=_LATE_LOOKS)
        self._told: set[int] = set()
        self.look()

    def note(self, event: AuditEvent) -> None:
        """This one has been told by somebody else."""
        if event.number > self._marks[0]:
            self._told.add(event.number)

    def look(self) -> list[AuditEvent]:
        """What has come since the last look."""
        new = [event for event in self._beyond(self._marks[0]) if event.number not in self._told]
        self._told.update(event.number for event in new)
        self._marks.append(max(self._told, default=self._marks[-1]))
        self._told = {number for number in self._told if number > self._marks[0]}
        return new

    def _beyond(self, number: int) -> Iterator[AuditEvent]:
        while True:
            with self._audit() as audit:
                events = audit.newer(self._wanted, number)
            yield from events
            if len(events) < _PAGE:
                return
            number = events[-1].number


def _storable(text: str) -> str:
    """What every database takes: no null character, and no half of a character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _bounded(value: Any) -> Any:
    if isinstance(value, str):
        text = _storable(value)
        return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
    return [_bounded(item) for item in list(value)[:_LONGEST_LIST]] if isinstance(value, list | tuple) else value
