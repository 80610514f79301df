"""Counters of failed sign-ins, in the database so that all processes agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Column, Integer, String, Table, case, delete, select, update

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


@dataclass(frozen=True)
class Ladder:
    """How failures slow the next try: ``pauses[n]`` is how many seconds the n-th failure (from 0) blocks.

    Beyond the last rung every failure blocks as long as the last. ``forget_seconds`` without a try start it anew.
    """

    pauses: Sequence[int]
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
        fresh = attempts.c.last_at < now - ladder.forget_seconds
        failures = case((fresh, 1), else_=attempts.c.failures + 1)
        # A failure that costs no waiting blocks until 0, not until now: another process's clock may be a second behind.
        blocks = [now + pause if pause else 0 for pause in ladder.pauses]
        # Steps of the same length are one branch: a ladder may have hundreds of them.
        runs = [(list(run)[-1][0], until) for until, run in groupby(enumerate(blocks, start=1), lambda step: step[1])]
        rungs = [(failures <= number, until) for number, until in runs]
        statement = (
            self._work.insert(attempts)
            .values(key=key, failures=1, last_at=now, blocked_until=blocks[0])
            .on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "failures": failures,
                    "last_at": now,
                    "blocked_until": case(*rungs, else_=blocks[-1]),
                },
                where=attempts.c.blocked_until <= now,
            )
            .returning(attempts.c.key)
        )
        if self._work.write_returning(statement) is not None:
            return None
        row = self._work.first(select(attempts.c.blocked_until).where(attempts.c.key == key))
        return int(row["blocked_until"]) if row else now

    def locked_until(self, key: str, ladder: Ladder, now: int) -> int | None:
        """The time (seconds) until which a key is blocked, if its last failure has locked it: reached the last rung."""
        locked = (attempts.c.failures >= len(ladder.pauses), attempts.c.blocked_until > now)
        row = self._work.first(select(attempts.c.blocked_until).where(attempts.c.key == key, *locked))
        return int(row["blocked_until"]) if row else None

    def clear(self, key: str) -> None:
        """Forget the failures of a key."""
        self._work.write(delete(attempts).where(attempts.c.key == key))

    def give_back(self, key: str, reserved_at: int) -> None:
        """Take back one try that was reserved at ``reserved_at``: it was no failure. A block that came from a later
        try of somebody else's stays."""
        lifted = case((attempts.c.last_at == reserved_at, 0), else_=attempts.c.blocked_until)
        self._work.write(
            update(attempts)
            .where(attempts.c.key == key, attempts.c.failures > 0)
            .values(failures=attempts.c.failures - 1, blocked_until=lifted)
        )

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` counters without a try since the given time."""
        doomed = (
            select(attempts.c.key).where(attempts.c.last_at < before, attempts.c.blocked_until < before).limit(limit)
        )
        return self._work.write(delete(attempts).where(attempts.c.key.in_(doomed)))
