"""Things that may be used once: a row says that it has been used."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, delete, select

from sso_portal.storage.database import Work
from sso_portal.storage.schema import metadata, time_column

used_once = Table(
    "used_once",
    metadata,
    Column("key", String(64), primary_key=True),
    time_column("expires_at", index=True),
)


class OnceStore:
    """Every statement on what has been used."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def use(self, key: str, expires_at: int) -> bool:
        """Note the first use; of any number of attempts at once exactly one gets ``True``, decided by the database.

        The note is kept until ``expires_at``, after which the thing itself is no longer accepted.
        """
        statement = self._work.insert(used_once).values(key=key, expires_at=expires_at)
        first = statement.on_conflict_do_nothing(index_elements=["key"]).returning(used_once.c.key)
        return self._work.write_returning(first) is not None

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` notes about things that are no longer accepted anyway."""
        doomed = select(used_once.c.key).where(used_once.c.expires_at < before).limit(limit)
        return self._work.write(delete(used_once).where(used_once.c.key.in_(doomed)))
