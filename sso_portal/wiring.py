"""The one file that knows every room: builds the portal's parts once, and the services of each transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from sso_portal.base.clock import Clock, SystemClock
from sso_portal.base.hashing import SecretHasher, TokenHasher, derive_key
from sso_portal.protocol.authorization import AuthorizationEndpoint
from sso_portal.protocol.call import Call
from sso_portal.protocol.interaction import Markers
from sso_portal.protocol.server import PortalServer
from sso_portal.protocol.vocabulary import prompt_values
from sso_portal.services.authorization_details import DetailTypes
from sso_portal.services.clients import Clients, client_cache
from sso_portal.services.consents import Consents
from sso_portal.services.device_codes import DeviceCodes
from sso_portal.services.dpop_nonces import DpopNonces
from sso_portal.services.federation.client_keys import ClientKeys
from sso_portal.services.federation.fetch import Fetcher
from sso_portal.services.federation.fetch import Network as Network  # for whoever builds a portal
from sso_portal.services.key_ring import Schedule, key_cache
from sso_portal.services.keys import Keys
from sso_portal.services.maintenance import sweep
from sso_portal.services.once import Once
from sso_portal.services.pushed_requests import PushedRequests
from sso_portal.services.registration_rules import Rules
from sso_portal.services.registrations import Registrations
from sso_portal.services.sessions import Lifetimes, Session, Sessions
from sso_portal.services.sign_in import SignIn, ladder
from sso_portal.services.sign_up import SignUp
from sso_portal.services.subjects import Subjects
from sso_portal.services.tokens import TokenLifetimes, Tokens
from sso_portal.services.traces import TraceBudget, Traces
from sso_portal.services.users import User, Users
from sso_portal.settings import Settings
from sso_portal.storage import migrate
from sso_portal.storage.database import Database, Unavailable, Work


class Portal:
    """Everything that lives as long as the process."""

    unavailable = Unavailable

    def __init__(self, settings: Settings, clock: Clock | None = None, network: Network | None = None) -> None:
        """Build the parts; nothing is opened or read yet. ``network`` is where the portal's own fetches go."""
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        security = settings.security
        self.database = Database(
            settings.storage.url,
            synchronous=settings.storage.sqlite_synchronous.upper(),
            pool_size=settings.storage.pool_size,
        )
        self.token_hasher = TokenHasher(derive_key(security.secret, "tokens"))
        self.secret_hasher = SecretHasher(
            time_cost=security.argon2_time_cost,
            memory_cost=security.argon2_memory_kib,
            parallelism=security.argon2_parallelism,
        )
        self.encryption_key = derive_key(security.secret, "keys at rest")
        self.client_secret_key = derive_key(security.secret, "client secrets at rest")
        self.client_cache = client_cache()
        self.key_cache = key_cache(self.encryption_key)
        self.server = PortalServer()
        self.markers = Markers(derive_key(security.secret, "markers"))
        self.authorization = AuthorizationEndpoint(self.server, self.markers)
        self.issuer = settings.web.issuer
        self.trace_budget = TraceBudget()
        self.registers = settings.registration.mode != "off"
        self.pairwise_key = derive_key(security.secret, "pairwise subjects")
        self.prompt_values = prompt_values(may_create=settings.sign_up.enabled)
        self.fetcher = Fetcher(
            allowed_hosts=settings.fetch.allowed_hosts,
            timeout_seconds=settings.fetch.timeout_seconds,
            network=network,
        )
        self.client_keys = ClientKeys(self.fetcher, self.clock)
        self.dpop_nonces = DpopNonces(
            derive_key(security.secret, "DPoP nonces"),
            self.clock,
            slot_seconds=settings.dpop.nonce_seconds,
            required=settings.dpop.require_nonce,
        )
        self.certificate_methods = settings.mutual_tls.methods
        self.detail_types = DetailTypes(settings.authorization_details.loaded.types)

    def unit(self, work: Work) -> Unit:
        """The services of one transaction."""
        return Unit(self, work)

    def join(self, transaction_manager: Any) -> Unit:
        """The services of a request's transaction."""
        return Unit(self, self.database.join(transaction_manager))

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

    def sweep(self) -> dict[str, int]:
        """Delete what is over and publish the keys whose time has come; answers how many rows of each kind are gone.

        Raises :class:`~sso_portal.base.errors.KeysUnreadable`.
        """
        trace_seconds = self.settings.traces.keep_seconds
        deleted = sweep(self.database.transaction, self.clock, trace_seconds=trace_seconds)
        with self.transaction() as unit:
            unit.keys.maintain()
        with self.transaction() as unit:
            return {**deleted, "keys": unit.keys.sweep()}

    def close(self) -> None:
        """Give the database's connections back."""
        self.database.close()


class Unit:
    """The services of one transaction, each built when it is first asked for."""

    def __init__(self, portal: Portal, work: Work) -> None:
        """Everything works inside ``work``."""
        self.portal = portal
        self.work = work

    @cached_property
    def users(self) -> Users:
        """People."""
        return Users(self.work, self.portal.secret_hasher, self.portal.clock)

    @cached_property
    def clients(self) -> Clients:
        """Registered clients."""
        portal = self.portal
        return Clients(
            self.work,
            portal.client_cache,
            portal.token_hasher,
            portal.secret_hasher,
            portal.clock,
            secret_key=portal.client_secret_key,
            newcomers=portal.registers,
        )

    @cached_property
    def sessions(self) -> Sessions:
        """Sign-ins that are going on."""
        lifetimes = self.portal.settings.session
        return Sessions(
            self.work,
            self.portal.token_hasher,
            self.portal.clock,
            short=Lifetimes(lifetimes.idle_seconds, lifetimes.absolute_seconds),
            remembered=Lifetimes(lifetimes.remember_idle_seconds, lifetimes.remember_absolute_seconds),
        )

    @cached_property
    def consents(self) -> Consents:
        """Remembered answers."""
        return Consents(self.work, self.portal.clock)

    @cached_property
    def tokens(self) -> Tokens:
        """Codes and tokens."""
        tokens = self.portal.settings.tokens
        lifetimes = TokenLifetimes(
            tokens.code_seconds,
            tokens.access_seconds,
            tokens.refresh_seconds,
            tokens.id_token_seconds,
            tokens.refresh_grace_seconds,
            min(tokens.jwt_access_seconds, tokens.access_seconds),
        )
        return Tokens(self.work, self.portal.token_hasher, self.portal.clock, lifetimes)

    @cached_property
    def device_codes(self) -> DeviceCodes:
        """Devices that wait for a person's answer."""
        tokens, rules = self.portal.settings.tokens, self.portal.settings.sign_in
        timing = (rules.lock_seconds, rules.forget_seconds)
        return DeviceCodes(
            self.work,
            self.portal.token_hasher,
            self.portal.clock,
            code_seconds=tokens.device_code_seconds,
            poll_seconds=tokens.device_poll_seconds,
            person_ladder=ladder(rules.account_free_failures, rules.account_lock_failures, *timing),
            address_ladder=ladder(rules.address_free_failures, rules.address_lock_failures, *timing),
        )

    @cached_property
    def pushed_requests(self) -> PushedRequests:
        """Requests that clients have pushed."""
        seconds = self.portal.settings.tokens.pushed_request_seconds
        return PushedRequests(self.work, self.portal.token_hasher, self.portal.clock, seconds=seconds)

    @cached_property
    def keys(self) -> Keys:
        """Signing keys."""
        portal, keys = self.portal, self.portal.settings.keys
        schedule = Schedule(keys.rotate_seconds, keys.publish_ahead_seconds, keys.keep_seconds, keys.hint_seconds)
        return Keys(self.work, portal.key_cache, portal.encryption_key, portal.clock, schedule)

    @property
    def fetcher(self) -> Fetcher:
        """Documents that clients have put somewhere."""
        return self.portal.fetcher

    @property
    def client_keys(self) -> ClientKeys:
        """Public keys of clients."""
        return self.portal.client_keys

    @property
    def dpop_nonces(self) -> DpopNonces:
        """Nonces for DPoP proofs."""
        return self.portal.dpop_nonces

    @property
    def detail_types(self) -> DetailTypes:
        """Types of authorization details."""
        return self.portal.detail_types

    @cached_property
    def once(self) -> Once:
        """Things that may be used once."""
        return Once(self.portal.database.transaction, self.portal.token_hasher)

    @cached_property
    def sign_in(self) -> SignIn:
        """The door."""
        rules = self.portal.settings.sign_in
        timing = (rules.lock_seconds, rules.forget_seconds)
        return SignIn(
            self.portal.database.transaction,
            self.users,
            self.portal.token_hasher,
            self.portal.clock,
            account_ladder=ladder(rules.account_free_failures, rules.account_lock_failures, *timing),
            address_ladder=ladder(rules.address_free_failures, rules.address_lock_failures, *timing),
        )

    @cached_property
    def sign_up(self) -> SignUp:
        """The desk for newcomers."""
        rules, portal = self.portal.settings.sign_up, self.portal
        steps = ladder(rules.address_free_tries, rules.address_lock_tries, rules.lock_seconds, rules.forget_seconds)
        return SignUp(portal.database.transaction, portal.secret_hasher, portal.clock, self.sign_in, steps)

    @cached_property
    def traces(self) -> Traces:
        """What is remembered of refusals."""
        return Traces(self.work, self.portal.trace_budget, self.portal.clock)

    @cached_property
    def registrations(self) -> Registrations:
        """Clients that register themselves."""
        portal, settings = self.portal, self.portal.settings
        own = settings.registration
        rules = Rules(
            allowed_hosts=settings.fetch.allowed_hosts,
            insecure=not settings.is_https,
            require_pkce=own.require_pkce,
            trusted=own.mode == "token",
        )
        return Registrations(
            portal.database.transaction,
            self.clients,
            portal.fetcher,
            portal.clock,
            rules=rules,
            initial_access_token=own.initial_access_token if own.mode == "token" else "",
            ladder=ladder(own.address_free_tries, own.address_lock_tries, own.lock_seconds, own.forget_seconds),
        )

    @cached_property
    def subjects(self) -> Subjects:
        """Subject identifiers."""
        return Subjects(self.portal.pairwise_key)

    def call(self, signed_in: tuple[Session, User] | None = None, *, address: str = "") -> Call:
        """One request's way through the protocol; ``address`` is where it comes from."""
        session, user = signed_in or (None, None)
        return Call(
            self,
            self.portal.issuer,
            self.portal.clock,
            session=session,
            user=user,
            address=address,
            prompt_values=self.portal.prompt_values,
        )
