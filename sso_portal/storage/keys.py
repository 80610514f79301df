"""Key pairs; private parts arrive here already encrypted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import JSON, Column, Integer, String, Table, Text, UniqueConstraint, delete, exists, or_, select

from sso_portal.storage.database import Work
from sso_portal.storage.schema import metadata, time_column
from sso_portal.storage.versions import bump_version

keys = Table(
    "keys",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("algorithm", String(10), nullable=False),
    # 1, 2, 3 … for each algorithm; being unique, it makes processes that rotate at once agree.
    Column("generation", Integer, nullable=False),
    Column("public", JSON, nullable=False),
    Column("private_encrypted", Text, nullable=False),
    time_column("created_at"),
    time_column("signs_from"),
    UniqueConstraint("algorithm", "generation"),
)

VERSION = "keys"

_SHORT = {"RSA-OAEP-256": "OAEP-256"}
"""Names that the column has no room for."""

_LONG = {short: name for name, short in _SHORT.items()}

# Made once: making a statement takes longer than running it.
_ALL = select(keys).order_by(keys.c.generation.desc(), keys.c.algorithm)


@dataclass(frozen=True)
class KeyRow:
    """One key pair as stored. It signs from ``signs_from`` until one of a later generation does."""

    kid: str
    algorithm: str
    generation: int
    public: dict[str, Any]
    private_encrypted: str
    created_at: int
    signs_from: int


class KeyStore:
    """Every statement on keys; each change bumps the version that caches watch."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def all(self) -> Sequence[KeyRow]:
        """Every key, the highest generations first."""
        rows = [KeyRow(**row) for row in self._work.all(_ALL)]
        return [replace(row, algorithm=_LONG.get(row.algorithm, row.algorithm)) for row in rows]

    def add(self, row: KeyRow) -> bool:
        """Add a key; ``False`` when there is one of this algorithm and generation already."""
        values = {**row.__dict__, "algorithm": _SHORT.get(row.algorithm, row.algorithm)}
        statement = self._work.insert(keys).values(**values).on_conflict_do_nothing().returning(keys.c.kid)
        added = self._work.write_returning(statement) is not None
        if added:
            bump_version(self._work, VERSION)
        return added

    def remove(self, kid: str, now: int) -> bool:
        """Delete a key that does not sign now; one statement, so that a key to sign with is always left."""
        other = keys.alias("other")
        another_signs = exists().where(
            other.c.algorithm == keys.c.algorithm,
            other.c.kid != keys.c.kid,
            other.c.signs_from <= now,
            or_(other.c.generation > keys.c.generation, keys.c.signs_from > now),
        )
        removed = self._work.write(delete(keys).where(keys.c.kid == kid, another_signs)) == 1
        if removed:
            bump_version(self._work, VERSION)
        return removed

    def sweep(self, before: int) -> int:
        """Delete every key that has not signed since ``before``: there are too few for batches."""
        later = keys.alias("later")
        superseded = exists().where(
            later.c.algorithm == keys.c.algorithm,
            later.c.generation > keys.c.generation,
            later.c.signs_from <= before,
        )
        count = self._work.write(delete(keys).where(superseded))
        if count:
            bump_version(self._work, VERSION)
        return count
