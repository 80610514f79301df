"""An application whose requests write, for servers that commit several of them together."""

from __future__ import annotations

import threading
from collections.abc import Callable

from transaction import TransactionManager

from sso_portal.cli.relay import Relay
from sso_portal.storage.database import Database, Work
from sso_portal.storage.versions import bump_version, read_version
from tests.support.broken_rules import break_a_rule

LONG = 30
"""Seconds in which everything has happened that ever will."""


class WritingApplication:
    """Counts up at most paths; some of them fail, or take as long as they are told to."""

    def __init__(self, database: Database, relay: Relay) -> None:
        """``begun`` is set when a slow one has begun; it ends with ``end``."""
        self.database, self.relay = database, relay
        self.begun, self.end = threading.Event(), threading.Event()

    def act(self, path: str) -> int:
        """What such a request does; answers the count that it has seen."""
        acts: dict[str, Callable[[Work], object]] = {"/break": break_a_rule, "/read": lambda work: None}
        manager = TransactionManager(explicit=True)
        manager.begin()
        work = self.database.join(manager)
        number = read_version(work, "one")
        acts.get(path, lambda work: bump_version(work, "one"))(work)
        manager.commit()
        if path == "/fail":
            raise ZeroDivisionError
        if path == "/slow":
            self.begun.set()
            assert self.end.wait(LONG)
        if path == "/hash":
            with self.relay.stand_in():
                self.begun.set()
                assert self.end.wait(LONG)
        return number

    def count(self, name: str = "one") -> int:
        """What others see."""
        with self.database.transaction() as work:
            return read_version(work, name)
