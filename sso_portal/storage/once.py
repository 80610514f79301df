"""Things that may be used once: a row says that it has been used."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import Column, Executable, Integer, String, Table, bindparam, delete, select

from sso_portal.storage.database import Work
from sso_portal.storage.schema import metadata, time_column

used_once = Table(
    "used_once",
    metadata,
    Column("key", String(64), primary_key=True),
    time_column("expires_at", index=True),
)

_OLD = select(used_once.c.key).where(used_once.c.expires_at < bindparam("before"))

# Made once: making a statement takes longer than running it.
_SWEEP = delete(used_once).where(used_once.c.key.in_(_OLD.limit(bindparam("limit", type_=Integer))))


class OnceStore:
    """Every statement on what has been used."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def use(self, key: str, expires_at: int) -> bool:
        """Note the first use; of any number of attempts at once exactly one gets ``True``, decided by the database.

        The note is kept until ``expires_at``, after which the thing itself is no longer accepted.
        """
        first = self._work.write_returning(_using(self._work.insert), {"key": key, "expires_at": expires_at})
        return first is not None

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` notes about things that are no longer accepted anyway."""
        return self._work.write(_SWEEP, {"before": before, "limit": limit})


@cache
def _using(insert: Callable[[Table], Any]) -> Executable:
    """The statement of :meth:`OnceStore.use`, made once for each kind of database."""
    made: Executable = insert(used_once).on_conflict_do_nothing(index_elements=["key"]).returning(used_once.c.key)
    return made
