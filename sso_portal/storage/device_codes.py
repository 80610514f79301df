"""Device codes and the short codes that people type for them (RFC 8628): stored by hash, consumed once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    Executable,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    exists,
    or_,
    select,
    update,
)

from sso_portal.storage.database import Work, values_of
from sso_portal.storage.schema import metadata, time_column
from sso_portal.storage.sessions import sessions

device_codes = Table(
    "device_codes",
    metadata,
    Column("device_code_hash", String(64), primary_key=True),
    Column("user_code_hash", String(64), nullable=False, unique=True),
    Column("family_id", String(64), nullable=False),
    Column("client_id", String(200), nullable=False),
    Column("scope", Text, nullable=False),
    time_column("issued_at"),
    time_column("expires_at", index=True),
    Column("poll_seconds", Integer, nullable=False),
    time_column("polled_at", nullable=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE")),
    Column("sid", String(64)),
    time_column("auth_time", nullable=True),
    # "allowed" or "denied", NULL while the person has not answered.
    Column("decision", String(10)),
    time_column("decided_at", nullable=True),
    time_column("consumed_at", nullable=True),
)

_THIS = device_codes.c.device_code_hash == bindparam("hash")
_WAITED = device_codes.c.polled_at + device_codes.c.poll_seconds <= bindparam("now")
_LIVING = select(sessions.c.sid).where(sessions.c.sid == device_codes.c.sid, sessions.c.ended_at.is_(None))
_OLD = select(device_codes.c.device_code_hash).where(device_codes.c.expires_at < bindparam("before"))

# Made once: making a statement takes longer than running it.
_BY_HASH = select(device_codes).where(_THIS)
_BY_USER_CODE_HASH = select(device_codes).where(device_codes.c.user_code_hash == bindparam("hash"))
_POLL = (
    update(device_codes)
    .where(_THIS, or_(device_codes.c.polled_at.is_(None), _WAITED))
    .values(polled_at=bindparam("now"))
)
_SLOW_DOWN = (
    update(device_codes)
    .where(_THIS)
    .values(polled_at=bindparam("now"), poll_seconds=device_codes.c.poll_seconds + bindparam("slower_by"))
)
_CONSUME = (
    update(device_codes)
    .where(
        _THIS,
        device_codes.c.decision == "allowed",
        device_codes.c.consumed_at.is_(None),
        device_codes.c.expires_at > bindparam("now"),
        # As with authorization codes: a sign-out waits for the held row, and then sees the tokens to revoke.
        exists(_LIVING.correlate(device_codes).with_for_update(read=True)),
    )
    .values(consumed_at=bindparam("now"))
)
_WITHDRAW = (
    update(device_codes)
    .where(
        device_codes.c.user_id == bindparam("whose"),
        device_codes.c.client_id == bindparam("client"),
        device_codes.c.decision == "allowed",
        device_codes.c.consumed_at.is_(None),
        # As with authorization codes.
        device_codes.c.expires_at > bindparam("since"),
    )
    .values(decision="denied")
)
_SWEEP = delete(device_codes).where(device_codes.c.device_code_hash.in_(_OLD.limit(bindparam("limit", type_=Integer))))


@dataclass(frozen=True)
class DeviceCode:
    """One device's wish to be let in; ``scope`` is what it asked for, after the answer what was granted."""

    device_code_hash: str
    user_code_hash: str
    family_id: str
    client_id: str
    scope: str
    issued_at: int
    expires_at: int
    poll_seconds: int
    polled_at: int | None = None
    user_id: int | None = None
    sid: str | None = None
    auth_time: int | None = None
    decision: str | None = None
    decided_at: int | None = None
    consumed_at: int | None = None


class DeviceCodeStore:
    """Every statement on device codes."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def add(self, device_code: DeviceCode) -> bool:
        """Remember a device code; ``False`` when another one has its user code, decided by the database."""
        return self._work.write_returning(_adding(self._work.insert), values_of(device_code)) is not None

    def by_hash(self, device_code_hash: str) -> DeviceCode | None:
        """The device code with this hash, whatever its state."""
        return self._first(_BY_HASH, device_code_hash)

    def by_user_code_hash(self, user_code_hash: str) -> DeviceCode | None:
        """The device code whose user code has this hash, whatever its state."""
        return self._first(_BY_USER_CODE_HASH, user_code_hash)

    def _first(self, query: Executable, code_hash: str) -> DeviceCode | None:
        row = self._work.first(query, {"hash": code_hash})
        return DeviceCode(**row) if row else None

    def poll(self, device_code_hash: str, now: int, slower_by: int) -> bool:
        """Note that the device asked; ``False`` when it asked too early, and has to wait ``slower_by`` seconds more
        from now on. One statement decides: of any number of polls at once one is in time."""
        values = {"hash": device_code_hash, "now": now}
        if self._work.write(_POLL, values) == 1:
            return True
        self._work.write(_SLOW_DOWN, {**values, "slower_by": slower_by})
        return False

    def decide(self, device_code_hash: str, now: int, **answer: object) -> bool:
        """Write down a person's answer; ``False`` when there is one already or the time is over."""
        statement = update(device_codes).where(
            device_codes.c.device_code_hash == device_code_hash,
            device_codes.c.decision.is_(None),
            device_codes.c.expires_at > now,
        )
        return self._work.write(statement.values(decided_at=now, **answer)) == 1

    def consume(self, device_code_hash: str, now: int) -> bool:
        """Use an allowed code up: one statement, so that of any number of attempts at once exactly one gets ``True``.

        The session it was allowed in must still be going on: signing out wins over a device that is about to ask.
        """
        return self._work.write(_CONSUME, {"hash": device_code_hash, "now": now}) == 1

    def withdraw(self, user_id: int, client_id: str, since: int) -> int:
        """Take back the answers that let a client's devices in and that nobody has fetched; as with authorization
        codes."""
        return self._work.write(_WITHDRAW, {"whose": user_id, "client": client_id, "since": since})

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` device codes that expired before the given time."""
        return self._work.write(_SWEEP, {"before": before, "limit": limit})


@cache
def _adding(insert: Callable[[Table], Any]) -> Executable:
    """The statement of :meth:`DeviceCodeStore.add`, made once for each kind of database."""
    made: Executable = (
        insert(device_codes)
        .on_conflict_do_nothing(index_elements=["user_code_hash"])
        .returning(device_codes.c.device_code_hash)
    )
    return made
