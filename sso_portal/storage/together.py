"""Transactions that are written to disk together: what one thread does for several requests, one after the other.

Waiting for the disk is most of what a small change costs, and it costs the same for sixteen. So each change is a
savepoint of one transaction, and nobody is told of any before all are committed. For SQLite, which has one writer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from threading import get_ident
from typing import TYPE_CHECKING

from sso_portal.storage.batch import Batch

if TYPE_CHECKING:
    from sso_portal.storage.connections import Connections


class _Here(threading.local):
    """What a thread knows of the request it answers."""

    may_share = False
    batch: Batch | None = None
    rest: Callable[[], None] | None = None


class Together:
    """The batch that is open, if any: there is one at most, since it has the turn to write."""

    def __init__(self, connections: Connections, is_relieved: Callable[[], bool]) -> None:
        """``is_relieved`` says whether the thread that asks may be long: it had better not keep others from writing."""
        self._connections = connections
        self._is_relieved = is_relieved
        self._here = _Here()
        self._open: Batch | None = None

    @property
    def is_pending(self) -> bool:
        """Whether something of this thread waits for being committed."""
        batch = self._open
        return batch is not None and batch.owner == get_ident()

    @property
    def batch(self) -> Batch | None:
        """Where the request that this thread answers has put its changes, if it has; nobody may be told of them
        before that is settled."""
        return self._here.batch

    def begin(self) -> None:
        """This thread answers a request whose changes may wait for others."""
        self._here.may_share, self._here.batch = True, None

    def end(self) -> None:
        """It has answered."""
        self._here.may_share, self._here.batch = False, None

    @property
    def is_offered(self) -> bool:
        """Whether what this thread is about to write may wait for others."""
        return self._here.may_share and not self._is_relieved()

    def enter_open(self, rest: Callable[[], None]) -> Batch | None:
        """The batch of this thread that is open, for a unit of work that begins by reading and has to leave it;
        ``None`` when there is none, or its changes may not wait for others. By ``rest`` it is told to leave before it
        has written anything: this thread is about to wait."""
        here, batch = self._here, self._open
        if not here.may_share or batch is None or batch.owner != get_ident() or self._is_relieved():
            return None
        if not batch.enter():
            return None
        # What is read there may never have been, so nothing is told of it either before it is settled.
        here.may_share, here.batch, here.rest = False, batch, rest
        return batch

    def enter(self) -> Batch:
        """A place for a unit of work that is about to write, which has to leave it. Raises what SQLAlchemy raises when
        others do not let it write."""
        here = self._here
        # One for each request, so that an answer waits for one commit only.
        here.may_share = False
        batch = self._open
        if batch is None or batch.owner != get_ident() or not batch.enter():
            batch = self._begin()
        here.batch = batch
        return batch

    def leave(self, batch: Batch, *, is_kept: bool, has_written: bool) -> None:
        """A unit of work has ended, well or not; when it has not written, it may come again. Raises what SQLAlchemy
        raises when it cannot be kept."""
        self._here.rest = None
        self._here.may_share = not has_written
        batch.leave(is_kept=is_kept)
        if self._is_relieved():
            self.settle()

    def settle(self) -> None:
        """Commit what is open, and tell whoever waits for it. Any thread may do this. Without effect while a unit of
        work is in the middle of it, unless that is this thread's and has only read: then its thread will."""
        batch = self._open
        if batch is None:
            return
        is_own = batch.owner == get_ident()
        if is_own and self._here.rest is not None:
            self._here.rest()
        # If it is this thread's, another one is about to do the same.
        batch.settle(waits=is_own)

    def settle_own(self) -> None:
        """The same, if it is this thread's."""
        if self.is_pending:
            self.settle()

    def _begin(self) -> Batch:
        connections = self._connections
        connections.take_turn()
        held = None
        try:
            held = connections.take()
            batch = Batch(connections, held, self._forget)
        except BaseException:
            if held is not None:
                connections.give_back(held)
            connections.end_turn()
            raise
        # First: whoever settles it in between would make it too late.
        batch.enter()
        self._open = batch
        return batch

    def _forget(self) -> None:
        self._open = None
        self._connections.end_turn()
