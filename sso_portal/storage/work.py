"""A unit of work: the statements of one transaction.

Statements that are made once go to the driver by themselves (:mod:`sso_portal.storage.ready`); those that are made for
one use go by way of SQLAlchemy's connection. Both run on one connection of its pool, in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.sql.schema import Table

from sso_portal.storage.ready import ReadyStatement, ReadyStatements, Row, Values

if TYPE_CHECKING:
    from sqlalchemy import PoolProxiedConnection
    from sqlalchemy.engine.interfaces import DBAPICursor

BUSY_SECONDS = 15
"""How long a change waits for others that are under way."""

_DIALECT_INSERTS: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Work:
    """Statements of one transaction, which begins with the first of them."""

    def __init__(
        self,
        engine: Engine,
        ready: ReadyStatements,
        turn: Lock | None = None,
        on_begin: Callable[[], None] = lambda: None,
        on_write: Callable[[], None] = lambda: None,
    ) -> None:
        """``turn`` is had by the one who writes, where there can be only one; ``on_begin`` is told before the first
        statement, and ``on_write`` before the first changing one: what only reads is not committed."""
        self.insert = _DIALECT_INSERTS[engine.dialect.name]
        """Makes an ``INSERT`` that can say ``ON CONFLICT``, in the dialect of this database."""
        self._engine = engine
        self._ready = ready
        self._turn = turn
        self._on_begin = on_begin
        self._on_write = on_write
        self._held: PoolProxiedConnection | None = None
        # Around what is held, for what is not ready.
        self._connection: Connection | None = None
        self._driver: Any = None
        self._has_written = False

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

    def write(self, statement: Executable, values: Values | Sequence[Values] | None = None) -> int:
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
        if self._connection is not None:
            # SQLAlchemy has begun it, so it ends it, with what was run beside it.
            self._connection.commit()
        else:
            for listener in self._engine.dispatch.commit:
                listener(self._held)
            try:
                self._driver.commit()
            except self._engine.dialect.loaded_dbapi.Error as error:
                self._fail(error, None)
        self._has_written = False
        self._give_turn()

    def close(self) -> None:
        """Give the connection back; what is not committed is undone."""
        held, driver, has_written = self._connection or self._held, self._driver, self._has_written
        self._held, self._connection, self._driver, self._has_written = None, None, None, False
        try:
            if held is not None and has_written and driver is not None:
                # By hand: after a commit that failed SQLAlchemy takes the transaction to be over, SQLite does not.
                self._undo(held, driver)
        finally:
            if held is not None:
                held.close()
            if has_written:
                self._give_turn()

    def _undo(self, held: PoolProxiedConnection | Connection, driver: Any) -> None:
        try:
            driver.rollback()
        except self._engine.dialect.loaded_dbapi.Error as error:
            # Lost: the database has undone it, and the connection is not used again.
            held.invalidate(error)

    def _give_turn(self) -> None:
        if self._turn is not None:
            self._turn.release()

    def _begin(self) -> None:
        self._on_begin()
        try:
            self._held = self._engine.raw_connection()
        except self._engine.dialect.loaded_dbapi.Error as error:
            self._fail(error, None)
        self._driver = self._held.dbapi_connection

    def _begin_to_write(self) -> None:
        if self._has_written:
            return
        if self._held is None:
            self._begin()
        if self._turn is not None and not self._turn.acquire(timeout=BUSY_SECONDS):
            raise OperationalError("BEGIN", None, TimeoutError("others are writing all the time"), hide_parameters=True)
        self._has_written = True
        self._on_write()

    def _rows(self, statement: Executable, values: Values | None) -> list[Row]:
        if self._held is None:
            self._begin()
        if values is not None and (ready := self._ready.ready(statement, values)) is not None:
            return ready.rows(self._run(ready, values).fetchall())
        return [dict(row) for row in self._execute(statement, values).mappings()]

    def _run(self, ready: ReadyStatement, values: Values | Sequence[Values]) -> DBAPICursor:
        cursor: DBAPICursor = self._driver.cursor()
        many = isinstance(values, list)
        taken = [ready.values(each) for each in values] if many else ready.values(values)  # type: ignore[arg-type]
        told = (self._held, cursor, ready.text, taken, None, many)
        for listener in self._engine.dispatch.before_cursor_execute:
            listener(*told)
        try:
            (cursor.executemany if many else cursor.execute)(ready.text, taken)
        except self._engine.dialect.loaded_dbapi.Error as error:
            self._fail(error, ready.text, cursor)
        for listener in self._engine.dispatch.after_cursor_execute:
            listener(*told)
        return cursor

    def _execute(self, statement: Executable, values: Any) -> CursorResult[Any]:
        if self._connection is None:
            self._connection = Connection(self._engine, self._held)
        return self._connection.execute(statement, values)

    def _fail(self, error: Any, text: str | None, cursor: Any = None) -> NoReturn:
        """Raise what SQLAlchemy would; a connection that is lost is not used again."""
        dialect, held = self._engine.dialect, self._held
        is_lost = held is not None and bool(dialect.is_disconnect(error, self._driver, cursor))
        if is_lost and held is not None:
            self._driver = None
            held.invalidate(error)
        raise DBAPIError.instance(
            text,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=is_lost,
            dialect=dialect,
        ) from error
