"""Traces: what is remembered of refusals, and the timeline of an attempt that can be told from it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sso_portal.base.clock import Clock
from sso_portal.services.mending import mend_of
from sso_portal.storage.codes import CodeStore
from sso_portal.storage.consents import ConsentStore
from sso_portal.storage.database import Work
from sso_portal.storage.sessions import SessionStore
from sso_portal.storage.tokens import TokenStore
from sso_portal.storage.trace_events import TraceEvent as TraceEvent
from sso_portal.storage.trace_events import TraceStore

_PER_SECOND = 20
"""Refusals that one process writes down in a second; a flood of bad requests must not fill the disk."""

_LONGEST_VALUE = 500


@dataclass(frozen=True)
class Finding:
    """Which check refused, and what is known about it: never a secret, only lengths and fingerprints."""

    check: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One line of a timeline. ``check`` and ``mend`` are empty for steps that went well."""

    at: int
    step: str
    what: str
    check: str = ""
    mend: str = ""
    trace_id: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


class TraceBudget:
    """How many more refusals this process may write down in the current second."""

    def __init__(self, per_second: int = _PER_SECOND) -> None:
        """``per_second`` events at most."""
        self._per_second = per_second
        self._lock = threading.Lock()
        self._second = 0
        self._spent = 0

    def take(self, now: int) -> bool:
        """Whether one more may be written."""
        with self._lock:
            if now != self._second:
                self._second, self._spent = now, 0
            self._spent += 1
            return self._spent <= self._per_second


class Traces:
    """What is remembered of refusals."""

    def __init__(self, work: Work, budget: TraceBudget, clock: Clock) -> None:
        """Work inside the given transaction: what is refused is remembered by the same commit."""
        self._work = work
        self._store = TraceStore(work)
        self._budget = budget
        self._clock = clock

    def record(self, trace_id: str, kind: str, finding: Finding, **about: Any) -> None:
        """Remember a refusal. ``about``: ``attempt``, ``family_id``, ``client_id``, ``user_id``, ``sid``."""
        now = self._clock.now()
        if self._budget.take(now):
            details = {name: _bounded(value) for name, value in finding.details.items() if value not in (None, "")}
            self._store.add(TraceEvent(trace_id, now, kind, finding.check, details=details, **about))

    def timeline(self, trace_id: str) -> list[Entry]:
        """All that is known about the attempt that a trace belongs to, oldest first; empty for an unknown one."""
        found = self._store.of_trace(trace_id)
        if found is None:
            return []
        related = self._store.related(found)
        entries = [
            Entry(event.at, event.kind, "refused", event.check, mend_of(event.check), event.trace_id, event.details)
            for event in related
        ]
        return sorted([*entries, *self._steps(related)], key=lambda entry: (entry.at, bool(entry.check)))

    def _steps(self, events: list[TraceEvent]) -> list[Entry]:
        """The steps that went well, told from what they left in the database."""
        steps: list[Entry] = []
        sids = {event.sid for event in events if event.sid}
        for family_id in {event.family_id for event in events if event.family_id}:
            code = CodeStore(self._work).of_family(family_id)
            if code is not None:
                sids.add(code.sid)
                steps.append(Entry(code.issued_at, "authorize", f"a code was issued to {code.client_id}"))
                if code.consumed_at is not None:
                    steps.append(Entry(code.consumed_at, "token", f"the code was used by {code.client_id}"))
                consent = ConsentStore(self._work).get(code.user_id, code.client_id)
                if consent is not None and consent.granted_at <= code.issued_at:
                    # Remembered authorization details are hashes, which tell nobody anything.
                    scopes = " ".join(word for word in consent.scope.split() if ":" not in word)
                    steps.append(Entry(consent.granted_at, "consent", f"the person agreed to: {scopes}"))
            family = TokenStore(self._work).family(family_id)
            if family is not None and family.revoked_at is not None:
                because = str(family.revoked_because or "").replace("_", " ")
                steps.append(Entry(family.revoked_at, "token", f"the tokens were revoked: {because}"))
        for sid in sids:
            session = SessionStore(self._work).get(sid)
            if session is not None:
                steps.append(Entry(session.auth_time, "sign_in", f"the person signed in ({session.amr})"))
                if session.ended_at is not None:
                    steps.append(Entry(session.ended_at, "sign_out", "the session ended"))
        return steps


def _bounded(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST_VALUE:
        return f"{value[:_LONGEST_VALUE]}… ({len(value)} characters)"
    return [_bounded(item) for item in value[:20]] if isinstance(value, list) else value
