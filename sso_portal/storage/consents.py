"""What people have agreed to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    func,
    select,
    tuple_,
    update,
)

from sso_portal.storage.database import Work, values_of
from sso_portal.storage.schema import metadata, time_column

consents = Table(
    "consents",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("client_id", String(200), primary_key=True),
    Column("scope", Text, nullable=False),
    Column("declined", Text, nullable=False),
    time_column("granted_at"),
    # NULL while her first answer is her only one.
    time_column("first_granted_at", nullable=True),
    # NULL until the site comes back with it.
    time_column("last_used_at", nullable=True),
    # NULL when it holds until she takes it back.
    time_column("expires_at", nullable=True, index=True),
)

_WHOSE = (consents.c.user_id == bindparam("whose"), consents.c.client_id == bindparam("client"))
_OLD = select(consents.c.user_id, consents.c.client_id).where(consents.c.expires_at < bindparam("before"))

# Made once: making a statement takes longer than running it.
_GET = select(consents).where(*_WHOSE)
_OF_USER = select(consents).where(consents.c.user_id == bindparam("user_id")).order_by(consents.c.client_id)
_TOUCH = update(consents).where(*_WHOSE).values(last_used_at=bindparam("now"))
_REMOVE = delete(consents).where(*_WHOSE)
_SWEEP = delete(consents).where(
    tuple_(consents.c.user_id, consents.c.client_id).in_(_OLD.limit(bindparam("limit", type_=Integer)))
)


@dataclass(frozen=True)
class Consent:
    """One person's answer to one client: the scopes she granted and the ones she declined. Times are seconds;
    ``granted_at`` is that of her newest word."""

    user_id: int
    client_id: str
    scope: str
    declined: str
    granted_at: int
    first_granted_at: int | None = None
    last_used_at: int | None = None
    expires_at: int | None = None


class ConsentStore:
    """Every statement on consents."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def get(self, user_id: int, client_id: str) -> Consent | None:
        """What this person answered this client."""
        row = self._work.first(_GET, {"whose": user_id, "client": client_id})
        return Consent(**row) if row else None

    def put(self, consent: Consent) -> None:
        """Remember an answer in place of an earlier one."""
        self._work.write(_putting(self._work.insert), values_of(consent))

    def of_user(self, user_id: int) -> Sequence[Consent]:
        """Every answer of a person, whether its time is over or not, by client."""
        return [Consent(**row) for row in self._work.all(_OF_USER, {"user_id": user_id})]

    def touch(self, user_id: int, client_id: str, now: int) -> None:
        """Note that a client came back with its answer."""
        self._work.write(_TOUCH, {"whose": user_id, "client": client_id, "now": now})

    def remove(self, user_id: int, client_id: str) -> bool:
        """Forget one answer; ``False`` when there was none. Its row is held until this transaction ends: who goes by
        the answer at this moment waits, and then finds it gone."""
        return self._work.write(_REMOVE, {"whose": user_id, "client": client_id}) == 1

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` answers that were over before the given time."""
        return self._work.write(_SWEEP, {"before": before, "limit": limit})

    def remove_client(self, client_id: str) -> int:
        """Forget every answer given to a client."""
        return self._work.write(delete(consents).where(consents.c.client_id == client_id))


@cache
def _putting(insert: Callable[[Table], Any]) -> Executable:
    """The statement of :meth:`ConsentStore.put`, made once for each kind of database."""
    put = insert(consents)
    changed = {name: put.excluded[name] for name in ("scope", "declined", "granted_at", "expires_at")}
    changed["first_granted_at"] = func.coalesce(consents.c.first_granted_at, consents.c.granted_at)
    made: Executable = put.on_conflict_do_update(index_elements=["user_id", "client_id"], set_=changed)
    return made
