"""The connections of a database, and whose turn it is to write."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.schema import Table

from sso_portal.storage.ready import ready_statements

if TYPE_CHECKING:
    from sqlalchemy import PoolProxiedConnection

BUSY_SECONDS = 15
"""How long a change waits for others that are under way."""

_AT_HAND = 4


class Connections:
    """Hands out connections of the engine's pool. A few are kept at hand when they come back: out of the pool and into
    it again takes longer than a statement."""

    def __init__(self, engine: Engine) -> None:
        """None is open yet."""
        self.engine = engine
        self.ready = ready_statements(engine.dialect)
        self.insert = _inserting(engine.dialect.name)
        self.error: type[Exception] = engine.dialect.loaded_dbapi.Error
        """What the driver raises."""
        self._at_hand: list[PoolProxiedConnection] = []
        self._pool = engine.pool
        # As many as the pool keeps: when more are taken, others may be waiting in front of it.
        self._usual = engine.pool.size() if isinstance(engine.pool, QueuePool) else 0
        self._taken = 0
        self._counting = Lock()
        # SQLite has one writer at a time. Who waits here is woken when it has its turn; SQLite would look now and then.
        self._turn = Lock() if engine.dialect.name == "sqlite" else None
        self.before_turn: Callable[[], None] = lambda: None
        """Is done before a turn is waited for: a thread must not wait for itself."""

    @property
    def taken(self) -> int:
        """How many somebody has at this moment."""
        return self._taken

    def take(self) -> PoolProxiedConnection:
        """A connection that nobody else has. Raises what SQLAlchemy raises when there is none."""
        try:
            held = self._at_hand.pop()
        except IndexError:
            held = self._from_pool()
        with self._counting:
            self._taken += 1
        return held

    def give_back(self, held: PoolProxiedConnection) -> None:
        """It is not needed any more; what is not committed is undone."""
        with self._counting:
            self._taken -= 1
        driver = held.dbapi_connection
        if driver is None:
            return
        try:
            driver.rollback()
        except self.error as error:
            # Lost: the database has undone it.
            self._lose(held, error)
            return
        if self._has_room():
            self._at_hand.append(held)
        else:
            held.close()

    def take_turn(self) -> None:
        """Wait until nobody else writes, where there can be one writer only. Raises :class:`OperationalError` when that
        takes too long."""
        self.before_turn()
        if self._turn is not None and not self._turn.acquire(timeout=BUSY_SECONDS):
            raise OperationalError("BEGIN", None, TimeoutError("others are writing all the time"), hide_parameters=True)

    def end_turn(self) -> None:
        """Let the next one write."""
        if self._turn is not None:
            self._turn.release()

    def fail(
        self, error: Any, text: str | None = None, held: PoolProxiedConnection | None = None, cursor: Any = None
    ) -> NoReturn:
        """Raise what SQLAlchemy would; a connection that is lost is not used again."""
        dialect = self.engine.dialect
        driver: Any = held.dbapi_connection if held is not None else None
        is_lost = driver is not None and bool(dialect.is_disconnect(error, driver, cursor))
        if is_lost and held is not None:
            self._lose(held, error)
        raise DBAPIError.instance(
            text,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=is_lost,
            dialect=dialect,
        ) from error

    def close(self) -> None:
        """Close all that nobody has."""
        self._let_go()
        self.engine.dispose()
        self._pool = self.engine.pool

    def _lose(self, held: PoolProxiedConnection, error: Any) -> None:
        held.invalidate(error)
        # The others were lost with it, most likely: each would fail once.
        self.close()

    def _let_go(self) -> None:
        while self._at_hand:
            try:
                self._at_hand.pop().close()
            except IndexError:
                return

    def _has_room(self) -> bool:
        return len(self._at_hand) < _AT_HAND and self._taken < self._usual and self._pool is self.engine.pool

    def _from_pool(self) -> PoolProxiedConnection:
        try:
            return self.engine.raw_connection()
        except self.error as error:
            self.fail(error)


def _inserting(kind: str) -> Callable[[Table], Any]:
    """What makes an ``INSERT`` for this kind of database; of the others nothing is loaded."""
    if kind == "sqlite":
        from sqlalchemy.dialects.sqlite import insert

        return insert
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert

    return postgresql_insert
