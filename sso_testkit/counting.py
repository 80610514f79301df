"""What a request costs the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import event


class HasEngine(Protocol):
    """The portal's database, ``sso.portal.database``."""

    engine: Any


@dataclass
class Counted:
    """``statements`` in the order in which they were run, from all threads; ``commits`` is how many transactions were
    written."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0

    def note_statement(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """One is about to be run."""
        self.statements.append(statement)

    def note_commit(self, _connection: Any) -> None:
        """A transaction ends well."""
        self.commits += 1


@contextmanager
def counting(database: HasEngine) -> Iterator[Counted]:
    """``with counting(database) as counted: …``: what is sent to it inside the block."""
    counted = Counted()
    noted = (("before_cursor_execute", counted.note_statement), ("commit", counted.note_commit))
    for name, note in noted:
        event.listen(database.engine, name, note)
    try:
        yield counted
    finally:
        for name, note in noted:
            event.remove(database.engine, name, note)
