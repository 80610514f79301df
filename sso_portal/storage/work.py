"""A unit of work: the statements of one transaction.

Statements that are made once go to the driver by themselves (:mod:`sso_portal.storage.ready`); those that are made for
one use go by way of SQLAlchemy's connection. Both run on one connection of its pool, in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, CursorResult, Executable

from sso_portal.storage.connections import Connections
from sso_portal.storage.ready import ReadyStatement, Row, Values

if TYPE_CHECKING:
    from sqlalchemy import PoolProxiedConnection
    from sqlalchemy.engine.interfaces import DBAPICursor

    from sso_portal.storage.batch import Batch
    from sso_portal.storage.together import Together


class Work:
    """Statements of one transaction, which begins with the first of them."""

    def __init__(
        self,
        connections: Connections,
        on_begin: Callable[[], None] = lambda: None,
        on_write: Callable[[], None] = lambda: None,
        together: Together | None = None,
    ) -> None:
        """``on_begin`` is told before the first statement, and ``on_write`` before the first changing one: what only
        reads is not committed. It may be committed ``together`` with others."""
        self.insert = connections.insert
        """Makes an ``INSERT`` that can say ``ON CONFLICT``, in the dialect of this database."""
        self._connections = connections
        self._ready = connections.ready
        self._engine = connections.engine
        self._on_begin = on_begin
        self._on_write = on_write
        self._held: PoolProxiedConnection | None = None
        # Around what is held, for what is not ready.
        self._connection: Connection | None = None
        self._has_written = False
        self._together = together
        self._batch: Batch | None = None

    def first(self, statement: Executable, values: Values | None = None) -> Row | None:
        """The first row of a query, or ``None``. ``values`` are those that its parameters stand for."""
        rows = self._rows(statement, values)
        return rows[0] if rows else None

    def first_values(self, statement: Executable, values: Values) -> Sequence[Any] | None:
        """The first row of a query as its values, in the order of its columns; ``None`` when there is none."""
        if self._held is None:
            self._begin()
        ready = self._ready.ready(statement, values)
        if ready is None:
            row = self._execute(statement, values).first()
            return tuple(row) if row is not None else None
        found = self._run(ready, values).fetchall()
        return ready.told(found[0]) if found else None

    def all(self, statement: Executable, values: Values | None = None) -> Sequence[Row]:
        """Every row of a query."""
        return self._rows(statement, values)

    def write(self, statement: Executable, values: Values | list[Values] | None = None) -> int:
        """Run a changing statement; answers how many rows it changed."""
        self._begin_to_write()
        if values is not None and (ready := self._ready.ready(statement, values)) is not None:
            return int(self._run(ready, values).rowcount)
        return int(self._execute(statement, values).rowcount)

    def write_returning(self, statement: Executable, values: Values | None = None) -> Row | None:
        """Run a changing statement with ``RETURNING``; answers the first row, ``None`` when nothing was changed."""
        self._begin_to_write()
        return self.first(statement, values)

    def write_returning_all(self, statement: Executable, values: Values | None = None) -> Sequence[Row]:
        """As above; answers every row that was changed."""
        self._begin_to_write()
        return self._rows(statement, values)

    def rest(self) -> None:
        """Give the connection back for as long as nothing is asked: something slow comes now. Without effect when
        something has been written, for that has to be committed together with what follows."""
        if not self._has_written:
            self.close()

    def commit(self) -> None:
        """Make lasting what has been written. For whoever began the transaction, as the next one is."""
        if not self._has_written:
            return
        if self._batch is not None:
            self._leave(is_kept=True)
            return
        if self._connection is not None:
            # SQLAlchemy has begun it, so it ends it, with what was run beside it.
            self._connection.commit()
        elif self._held is not None:
            for listener in self._engine.dispatch.commit:
                listener(self._held)
            try:
                self._held.commit()
            except self._connections.error as error:
                self._connections.fail(error, held=self._held)
        self._has_written = False
        self._connections.end_turn()

    def close(self) -> None:
        """Give the connection back; what is not committed is undone."""
        if self._batch is not None:
            self._leave(is_kept=not self._has_written)
            return
        held, connection, has_written = self._held, self._connection, self._has_written
        self._held, self._connection, self._has_written = None, None, False
        try:
            if connection is not None and connection.in_transaction():
                connection.rollback()
            if held is not None:
                # By hand: after a commit that failed SQLAlchemy takes the transaction to be over, SQLite does not.
                self._connections.give_back(held)
        finally:
            if has_written:
                self._connections.end_turn()

    def _begin(self) -> None:
        self._on_begin()
        batch = self._together.enter_open(self.rest) if self._together is not None else None
        if batch is not None:
            # It is likely to write, and what is read there need not be read by a transaction of its own.
            self._batch, self._held = batch, batch.held
        else:
            self._held = self._connections.take()

    def _begin_to_write(self) -> None:
        if self._has_written:
            return
        if not self._enter():
            if self._held is None:
                self._begin()
            self._connections.take_turn()
        self._has_written = True
        self._on_write()

    def _enter(self) -> bool:
        """Write in a transaction with others, if that may be."""
        if self._batch is not None:
            return True
        together = self._together
        if together is None or not together.is_offered:
            return False
        if self._held is None:
            self._on_begin()
        # What has been read may be old by now in any case: what is written looks again.
        self.close()
        self._batch = together.enter()
        self._held = self._batch.held
        return True

    def _leave(self, *, is_kept: bool) -> None:
        batch, has_written, self._batch = self._batch, self._has_written, None
        self._held, self._connection, self._has_written = None, None, False
        if self._together is not None and batch is not None:
            self._together.leave(batch, is_kept=is_kept, has_written=has_written)

    def _rows(self, statement: Executable, values: Values | None) -> list[Row]:
        if self._held is None:
            self._begin()
        if values is not None and (ready := self._ready.ready(statement, values)) is not None:
            return ready.rows(self._run(ready, values).fetchall())
        return [dict(row) for row in self._execute(statement, values).mappings()]

    def _run(self, ready: ReadyStatement, values: Values | list[Values]) -> DBAPICursor:
        held: Any = self._held
        cursor: DBAPICursor = held.dbapi_connection.cursor()
        many = isinstance(values, list)
        taken = [ready.values(each) for each in values] if many else ready.values(values)  # type: ignore[arg-type]
        told = (held, cursor, ready.text, taken, None, many)
        for listener in self._engine.dispatch.before_cursor_execute:
            listener(*told)
        try:
            (cursor.executemany if many else cursor.execute)(ready.text, taken)
        except self._connections.error as error:
            self._connections.fail(error, ready.text, held, cursor)
        for listener in self._engine.dispatch.after_cursor_execute:
            listener(*told)
        return cursor

    def _execute(self, statement: Executable, values: Any) -> CursorResult[Any]:
        if self._connection is None:
            self._connection = Connection(self._engine, self._held)
        return self._connection.execute(statement, values)
