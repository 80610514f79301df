"""Counters of failed sign-ins, in the database so that all processes agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Executable,
    Integer,
    String,
    Table,
    bindparam,
    case,
    delete,
    literal,
    select,
    update,
)

from sso_portal.storage.database import Work
from sso_portal.storage.schema import metadata, time_column

attempts = Table(
    "attempts",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("failures", Integer, nullable=False),
    time_column("last_at", index=True),
    time_column("blocked_until"),
)

_OLD = select(attempts.c.key).where(
    attempts.c.last_at < bindparam("before"), attempts.c.blocked_until < bindparam("before")
)

# Made once: making a statement takes longer than running it.
_BLOCKED_UNTIL = select(attempts.c.blocked_until).where(attempts.c.key == bindparam("key"))
_LOCKED_UNTIL = _BLOCKED_UNTIL.where(
    attempts.c.failures >= bindparam("lock"), attempts.c.blocked_until > bindparam("now")
)
_CLEAR = delete(attempts).where(attempts.c.key == bindparam("key"))
_GIVE_BACK = (
    update(attempts)
    .where(attempts.c.key == bindparam("which"), attempts.c.failures > 0)
    .values(
        failures=attempts.c.failures - 1,
        blocked_until=case((attempts.c.last_at == bindparam("reserved_at"), 0), else_=attempts.c.blocked_until),
    )
)
_SWEEP = delete(attempts).where(attempts.c.key.in_(_OLD.limit(bindparam("limit", type_=Integer))))


@dataclass(frozen=True)
class Ladder:
    """How failures slow the next try: ``pauses[n]`` is how many seconds the n-th failure (from 0) blocks.

    Beyond the last rung every failure blocks as long as the last. ``forget_seconds`` without a try start it anew.
    """

    pauses: tuple[int, ...]
    forget_seconds: int


class AttemptStore:
    """Every statement on attempt counters."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def reserve(self, key: str, ladder: Ladder, now: int) -> int | None:
        """Count a try *before* its password is checked, in one statement, so that tries at once cannot slip through.

        Answers ``None`` when the try may go on, else the time (seconds) until which the key is blocked.
        """
        if self._work.write_returning(_reserving(self._work.insert, ladder), {"which": key, "now": now}) is not None:
            return None
        row = self._work.first(_BLOCKED_UNTIL, {"key": key})
        return int(row["blocked_until"]) if row else now

    def locked_until(self, key: str, ladder: Ladder, now: int) -> int | None:
        """The time (seconds) until which a key is blocked, if its last failure has locked it: reached the last rung."""
        row = self._work.first(_LOCKED_UNTIL, {"key": key, "lock": len(ladder.pauses), "now": now})
        return int(row["blocked_until"]) if row else None

    def clear(self, key: str) -> None:
        """Forget the failures of a key."""
        self._work.write(_CLEAR, {"key": key})

    def give_back(self, key: str, reserved_at: int) -> None:
        """Take back one try that was reserved at ``reserved_at``: it was no failure. A block that came from a later
        try of somebody else's stays."""
        self._work.write(_GIVE_BACK, {"which": key, "reserved_at": reserved_at})

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` counters without a try since the given time."""
        return self._work.write(_SWEEP, {"before": before, "limit": limit})


@lru_cache(maxsize=64)
def _reserving(insert: Callable[[Table], Any], ladder: Ladder) -> Executable:
    """The statement of :meth:`AttemptStore.reserve`, made once for each ladder and kind of database."""
    now = bindparam("now", type_=BigInteger)
    fresh = attempts.c.last_at < now - ladder.forget_seconds
    failures = case((fresh, 1), else_=attempts.c.failures + 1)
    # A failure that costs no waiting blocks until 0, not until now: another process's clock may be a second behind.
    blocks = [now + pause if pause else literal(0, BigInteger) for pause in ladder.pauses]
    # Steps of the same length are one branch: a ladder may have hundreds of them.
    runs = [list(run) for _, run in groupby(range(len(blocks)), lambda number: ladder.pauses[number])]
    rungs = [(failures <= run[-1] + 1, blocks[run[-1]]) for run in runs]
    made: Executable = (
        insert(attempts)
        .values(key=bindparam("which"), failures=1, last_at=now, blocked_until=blocks[0])
        .on_conflict_do_update(
            index_elements=["key"],
            set_={"failures": failures, "last_at": now, "blocked_until": case(*rungs, else_=blocks[-1])},
            where=attempts.c.blocked_until <= now,
        )
        .returning(attempts.c.key)
    )
    return made
