"""What the portal is built of, once for the process."""

from __future__ import annotations

from sso_portal.base.clock import Clock, SystemClock
from sso_portal.base.hashing import ProvingHasher, SecretHasher, TokenHasher, derive_key
from sso_portal.base.turns import Turns
from sso_portal.protocol.authorization import AuthorizationEndpoint
from sso_portal.protocol.interaction import Markers
from sso_portal.protocol.server import PortalServer
from sso_portal.protocol.session_state import BrowserStates
from sso_portal.protocol.site_states import SiteStates
from sso_portal.protocol.vocabulary import prompt_values
from sso_portal.services.authorization_details import DetailTypes
from sso_portal.services.clients import client_cache
from sso_portal.services.dpop_nonces import DpopNonces
from sso_portal.services.federation.client_keys import ClientKeys
from sso_portal.services.federation.fetch import Fetcher, Network
from sso_portal.services.key_ring import Schedule, key_cache
from sso_portal.services.places import Places
from sso_portal.services.sessions import Lifetimes
from sso_portal.services.token_lifetimes import TokenLifetimes
from sso_portal.services.traces import TraceBudget
from sso_portal.settings import Settings
from sso_portal.storage.database import Database


class Parts:
    """Everything that lives as long as the process."""

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
        self.hashing_turns = Turns(security.hashing_at_once, security.hashing_waiting)
        self.client_secret_hasher = ProvingHasher(self.secret_hasher)
        self.encryption_key = derive_key(security.secret, "keys at rest")
        self.client_secret_key = derive_key(security.secret, "client secrets at rest")
        self.client_cache = client_cache()
        self.key_cache = key_cache(self.encryption_key)
        keys = settings.keys
        self.key_schedule = Schedule(
            keys.rotate_seconds, keys.publish_ahead_seconds, keys.keep_seconds, keys.hint_seconds
        )
        self.server = PortalServer()
        self.markers = Markers(derive_key(security.secret, "markers"))
        self.browser_states = BrowserStates(derive_key(security.secret, "browser states"))
        self.site_states = SiteStates(derive_key(security.secret, "site states"))
        self.authorization = AuthorizationEndpoint(self.server, self.markers, self.browser_states)
        self.issuer = settings.web.issuer
        self.trace_budget = TraceBudget()
        self.registers = settings.registration.mode != "off"
        self.pairwise_key = derive_key(security.secret, "pairwise subjects")
        self.prompt_values = prompt_values(may_create=settings.sign_up.enabled)
        self.fetcher = Fetcher(
            allowed_hosts=settings.fetch.allowed_hosts,
            timeout_seconds=settings.fetch.timeout_seconds,
            network=network,
            before_waiting=self.database.let_go,
        )
        self.client_keys = ClientKeys(self.fetcher, self.clock)
        tokens, session = settings.tokens, settings.session
        self.token_lifetimes = TokenLifetimes(
            tokens.code_seconds,
            tokens.access_seconds,
            tokens.refresh_seconds,
            tokens.id_token_seconds,
            tokens.refresh_grace_seconds,
            min(tokens.jwt_access_seconds, tokens.access_seconds),
        )
        self.short_lifetimes = Lifetimes(session.idle_seconds, session.absolute_seconds)
        self.remembered_lifetimes = Lifetimes(session.remember_idle_seconds, session.remember_absolute_seconds)
        self.dpop_nonces = DpopNonces(
            derive_key(security.secret, "DPoP nonces"),
            self.clock,
            slot_seconds=settings.dpop.nonce_seconds,
            required=settings.dpop.require_nonce,
        )
        self.certificate_methods = settings.mutual_tls.methods
        self.detail_types = DetailTypes(settings.authorization_details.loaded.types)
        self.places = Places(settings.places.named_networks, settings.places.database)
