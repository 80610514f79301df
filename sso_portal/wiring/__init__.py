"""The wiring: builds the portal's parts once, and the services of each transaction.

Owns: which part is made of which; the verbs of the process: transaction, upgrade, prepare, sweep, close.
Never: decides anything; it is the one room that knows every other.
Asked by: app, and by it the web and the command line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sso_portal.base.clock import Clock
from sso_portal.base.jose import KeyPair
from sso_portal.protocol.backchannel_logout import BackchannelLogout
from sso_portal.protocol.call import Call
from sso_portal.protocol.vocabulary import AUTHORIZE_PATH, TOKEN_PATH
from sso_portal.services.clients import Client
from sso_portal.services.federation.fetch import Network as Network  # for whoever builds a portal
from sso_portal.services.maintenance import pause, sweep
from sso_portal.services.sign_outs import Receipt
from sso_portal.settings import Settings
from sso_portal.storage import migrate
from sso_portal.storage.batch import Batch as Batch  # for whoever serves
from sso_portal.storage.database import Unavailable, Work
from sso_portal.storage.together import Together as Together  # for whoever serves
from sso_portal.wiring.parts import Parts
from sso_portal.wiring.unit import Unit


class Portal(Parts):
    """Everything that lives as long as the process, and what can be done with it."""

    unavailable = Unavailable
    committed_together = frozenset({AUTHORIZE_PATH, TOKEN_PATH})
    """The paths where many come at once, and nothing is told or remembered elsewhere of what they have written."""

    def __init__(self, settings: Settings, clock: Clock | None = None, network: Network | None = None) -> None:
        """Build the parts; nothing is opened or read yet. ``network`` is where the portal's own calls go."""
        super().__init__(settings, clock, network)
        self.backchannel_logout = BackchannelLogout(self._call, self.fetcher)

    def commit_together(self, is_relieved: Callable[[], bool]) -> Together | None:
        """Let a server have the requests committed together that one of its threads answers in a row; ``is_relieved``
        says whether another thread has taken the place of the one that asks."""
        return self.database.commit_together(is_relieved)

    def unit(self, work: Work) -> Unit:
        """The services of one transaction."""
        return Unit(self, work)

    def join(self, transaction_manager: Any) -> Unit:
        """The services of a request's transaction."""
        return Unit(self, self.database.join(transaction_manager))

    def known_clients(self, unit: Callable[[], Unit]) -> Mapping[str, Client]:
        """Every client by identifier, the same object until one of them changes. The ``unit`` is asked for only when it
        is time to look whether that has happened."""
        clients = self.client_cache.remembered()
        return unit().clients.by_identifier() if clients is None else clients

    def published_keys(self, unit: Callable[[], Unit]) -> tuple[KeyPair, ...]:
        """The keys of the JWK Set; the ``unit`` is asked for as seldom."""
        ring = self.key_cache.remembered()
        if ring is None:
            return unit().keys.published()
        return ring.since(self.key_schedule.published_since(self.clock.now()))

    @contextmanager
    def transaction(self) -> Iterator[Unit]:
        """The services of a transaction of its own, committed when the block ends well."""
        try:
            with self.database.transaction() as work:
                yield self.unit(work)
        finally:
            # Also when it was rolled back: the caches may have seen what never came to be.
            self.client_cache.forget()
            self.key_cache.forget()

    @contextmanager
    def _call(self) -> Iterator[Call]:
        """A transaction that changes neither clients nor keys, so that both stay in memory."""
        with self.database.transaction() as work:
            yield self.unit(work).call()

    def tell_sites(self, *receipts: Receipt) -> None:
        """Tell the sites of sign-outs that have just been committed; waits a little for their answers."""
        if self.database.together is not None:
            # What is told of has to be lasting, and what takes long keeps nobody from writing.
            self.database.together.settle()
        notices = [notice for receipt in receipts for notice in receipt.notices]
        self.backchannel_logout.tell(notices, self.settings.sign_out.wait_seconds)

    def end_expired_sessions(self) -> int:
        """End sessions whose time is over, with all that belongs to it; answers how many."""
        with self.database.transaction() as work:
            return len(self.unit(work).sign_outs.end_expired(self.settings.session.report_grace_seconds))

    def is_migrated(self) -> bool:
        """Whether the database has the shape this version needs."""
        return migrate.current_revision(self.database) == migrate.HEAD

    def upgrade(self) -> None:
        """Bring the database to the shape this version needs."""
        migrate.upgrade(self.database)

    def prepare(self) -> None:
        """Make what a first start makes, the signing keys, and see that they can be read.

        Raises :class:`~sso_portal.base.errors.KeysUnreadable`.
        """
        with self.transaction() as unit:
            unit.keys.ensure()
        with self.transaction() as unit:
            unit.keys.are_ready()

    def sweep(self, go_on: Callable[[], bool] = pause) -> dict[str, int]:
        """Delete what is over and publish the keys whose time has come; answers how many rows of each kind are gone.
        ``go_on`` is asked between batches: it waits a little, and ``False`` leaves the rest for another time.

        Raises :class:`~sso_portal.base.errors.KeysUnreadable`.
        """
        deleted = sweep(
            self.database.transaction,
            self.clock,
            trace_seconds=self.settings.traces.keep_seconds,
            audit_days=self.settings.audit.keep_days,
            go_on=go_on,
        )
        with self.transaction() as unit:
            unit.keys.maintain()
        with self.transaction() as unit:
            return {**deleted, "keys": unit.keys.sweep()}

    def close(self) -> None:
        """Finish what is under way and give the database's connections back."""
        self.backchannel_logout.close()
        self.database.close()
