"""Several units of work in one transaction of SQLite, each in a savepoint of its own."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError

if TYPE_CHECKING:
    from sqlalchemy import PoolProxiedConnection

    from sso_portal.storage.connections import Connections

Tell = Callable[[Exception | None], None]
"""Is told the problem when all was undone, and ``None`` when all was kept. It raises nothing."""


class Batch:
    """The units of work of one thread; any thread may settle it."""

    def __init__(self, connections: Connections, held: PoolProxiedConnection, over: Callable[[], None]) -> None:
        """Begin on a connection that is this batch's from now on; whoever makes it has the turn to write, and ``over``
        gives that back. Raises what SQLAlchemy raises when other processes do not let it begin."""
        self.owner = get_ident()
        self.held = held
        self._connections = connections
        self._over = over
        driver: Any = held.dbapi_connection
        self._driver, self._cursor = driver, driver.cursor()
        # Held by the owner as long as a unit of work is under way, so that nobody commits half of it.
        self._lock = Lock()
        self._is_entered = self._is_over = False
        self._problem: Exception | None = None
        self._waiting: list[Tell] = []
        self._run("BEGIN IMMEDIATE")

    def enter(self) -> bool:
        """A unit of work begins; ``False`` when it is too late."""
        self._lock.acquire()
        if self._is_over:
            self._lock.release()
            return False
        self._is_entered = True
        try:
            self._run("SAVEPOINT one")
        except BaseException as problem:
            self._fail(problem)
            self._go()
            raise
        return True

    def leave(self, *, is_kept: bool) -> None:
        """It ends, well or not. What it leaves behind is kept together with the others, or not at all. Raises what
        SQLAlchemy raises when it cannot be kept."""
        try:
            if is_kept:
                self._run("RELEASE one")
            elif self._driver.in_transaction:
                self._run("ROLLBACK TO one")
                self._run("RELEASE one")
            else:
                # A full disk, for example, ends everything that has not been committed.
                self._finish(OperationalError("ROLLBACK", None, RuntimeError("the database has undone everything")))
        except BaseException as problem:
            self._fail(problem)
            if is_kept:
                raise
        finally:
            self._go()

    def settle(self, *, waits: bool) -> None:
        """Commit, unless that has been done, and tell whoever waits; all have been told when this is over. Without
        effect when a unit of work is under way, unless this ``waits`` for another thread's."""
        if (self._is_entered and self.owner == get_ident()) or not self._lock.acquire(blocking=waits):
            return
        try:
            if not self._is_over:
                self._finish(self._commit())
        finally:
            self._tell()
            self._lock.release()

    def when_settled(self, tell: Tell) -> None:
        """Tell as soon as it is known whether all was kept."""
        with self._lock:
            if not self._is_over:
                self._waiting.append(tell)
                return
        tell(self._problem)

    def _go(self) -> None:
        self._is_entered = False
        self._tell()
        self._lock.release()

    def _commit(self) -> Exception | None:
        try:
            for listener in self._connections.engine.dispatch.commit:
                listener(self.held)
            # Not by the driver's own word for it, which says nothing when there is nothing to commit.
            self._run("COMMIT")
        except Exception as problem:
            return problem
        return None

    def _fail(self, problem: BaseException) -> None:
        self._finish(problem if isinstance(problem, Exception) else RuntimeError("interrupted"))

    def _finish(self, problem: Exception | None) -> None:
        self._is_over, self._problem = True, problem
        try:
            # What is not committed is undone by this.
            self._connections.give_back(self.held)
        finally:
            self._over()

    def _tell(self) -> None:
        if self._is_over:
            waiting, self._waiting = self._waiting, []
            for tell in waiting:
                tell(self._problem)

    def _run(self, text: str) -> None:
        try:
            self._cursor.execute(text)
        except self._connections.error as error:
            self._connections.fail(error, text, self.held)
