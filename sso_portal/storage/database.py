"""The database: engine, units of work, and the seam to the transaction of a request.

A :class:`Work` is one transaction's worth of statements. Statements are SQLAlchemy Core, run on the connection of a
``Session`` that zope.sqlalchemy joins to the request's transaction; nothing is committed by hand inside a request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, RowMapping, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import Table
from zope.sqlalchemy import ZopeTransactionEvents

Unavailable: tuple[type[Exception], ...] = (OperationalError, PoolTimeoutError)
"""What is raised when the database cannot be reached or stays locked: a 503, not a fault of the request."""

Values = Mapping[str, Any]
"""What the parameters of a statement that is made once stand for in one use of it."""

_BUSY_SECONDS = 15


class Work:
    """Statements of one transaction, which begins with the first of them."""

    def __init__(
        self,
        kind: str,
        begin: Callable[[], Connection],
        on_write: Callable[[], None] = lambda: None,
        give_back: Callable[[], None] | None = None,
    ) -> None:
        """``kind`` is the dialect's name; ``begin`` opens the connection when it is needed; ``on_write`` is told before
        the first changing statement: what only reads is not committed; ``give_back`` ends what ``begin`` began."""
        self.insert: Callable[[Table], Any] = sqlite.insert if kind == "sqlite" else postgresql.insert
        """Makes an ``INSERT`` that can say ``ON CONFLICT``, in the dialect of this database."""
        self._begin = begin
        self._on_write = on_write
        self._give_back = give_back
        self._connection: Connection | None = None
        self._has_written = False

    def rest(self) -> None:
        """Give the connection back for as long as nothing is asked: something slow comes now. Without effect when
        something has been written, for that has to be committed together with what follows."""
        if self._connection is not None and self._give_back is not None and not self._has_written:
            self._connection = None
            self._give_back()

    def first(self, statement: Executable, values: Values | None = None) -> RowMapping | None:
        """The first row of a query, or ``None``. ``values`` are those that its parameters stand for."""
        return self._execute(statement, values).mappings().first()

    def all(self, statement: Executable, values: Values | None = None) -> Sequence[RowMapping]:
        """Every row of a query."""
        return self._execute(statement, values).mappings().all()

    def write(self, statement: Executable, values: Values | Sequence[Values] | None = None) -> int:
        """Run a changing statement; answers how many rows it changed."""
        return int(self._change(statement, values).rowcount)

    def write_returning(self, statement: Executable, values: Values | None = None) -> RowMapping | None:
        """Run a changing statement with ``RETURNING``; answers the first row, ``None`` when nothing was changed."""
        return self._change(statement, values).mappings().first()

    def write_returning_all(self, statement: Executable, values: Values | None = None) -> Sequence[RowMapping]:
        """As above; answers every row that was changed."""
        return self._change(statement, values).mappings().all()

    def _change(self, statement: Executable, values: Any) -> CursorResult[Any]:
        if not self._has_written:
            self._has_written = True
            # First, so that the transaction is joined before anything is done in it.
            self._connection = self._connection or self._begin()
            self._on_write()
        return self._execute(statement, values)

    def _execute(self, statement: Executable, values: Any) -> CursorResult[Any]:
        if self._connection is None:
            self._connection = self._begin()
        return self._connection.execute(statement, values)


class Database:
    """One engine and the two ways to a unit of work."""

    def __init__(self, url: str, *, synchronous: str = "FULL", pool_size: int = 8) -> None:
        """``url`` is a SQLAlchemy URL; ``synchronous`` is SQLite's durability pragma (``FULL`` survives power loss)."""
        self.url = url
        self._synchronous = synchronous
        self.engine = self._make_engine(pool_size)

    def _make_engine(self, pool_size: int) -> Engine:
        if make_url(self.url).get_backend_name() != "sqlite":
            return create_engine(
                self.url, pool_size=pool_size, max_overflow=pool_size, pool_timeout=10, hide_parameters=True
            )
        engine = create_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=10,
            # What went into a statement does not belong into an error's text, and so into the log.
            hide_parameters=True,
            # IMMEDIATE: the first changing statement takes the write lock and waits for it; reads before it run
            # without a transaction, so a stale snapshot can never turn into a failed upgrade.
            connect_args={"timeout": _BUSY_SECONDS, "isolation_level": "IMMEDIATE"},
        )
        event.listen(engine, "connect", self._prepare_sqlite)
        return engine

    def _prepare_sqlite(self, connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={self._synchronous}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    def join(self, transaction_manager: Any) -> Work:
        """A unit of work inside ``transaction_manager``'s transaction; a connection is taken at the first statement
        and given back when that transaction ends."""
        # Joined by hand, where zope.sqlalchemy.register would listen to events of each session that nobody raises here.
        zope_events = ZopeTransactionEvents(transaction_manager=transaction_manager)
        session = Session(self.engine, autoflush=False)

        def begin() -> Connection:
            zope_events.join_transaction(session)
            return session.connection()

        def give_back() -> None:
            # Another session is joined when it goes on: the transaction keeps this one, which has nothing to commit.
            nonlocal session
            session.close()
            session = Session(self.engine, autoflush=False)

        return Work(self.engine.dialect.name, begin, lambda: zope_events.mark_changed(session), give_back)

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        """A unit of work of its own, committed when the block ends well and rolled back when it raises."""
        with Session(self.engine, autoflush=False) as session, session.begin():
            yield Work(self.engine.dialect.name, session.connection)

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def values_of(record: Any) -> Values:
    """The fields of a record, as the columns of the same names take them."""
    fields: Values = vars(record)
    return fields


def parameters(row: Mapping[Any, Any] | RowMapping) -> dict[str, Any]:
    """A row as keyword arguments for a record class."""
    return {str(key): value for key, value in row.items()}
