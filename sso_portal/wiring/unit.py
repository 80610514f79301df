"""The services of one transaction."""

from __future__ import annotations

from sso_portal.base.lazy import lazy
from sso_portal.protocol.call import Call
from sso_portal.services.audit import Audit
from sso_portal.services.authorization_details import DetailTypes
from sso_portal.services.clients import Clients
from sso_portal.services.consents import Consents
from sso_portal.services.device_codes import DeviceCodes
from sso_portal.services.dpop_nonces import DpopNonces
from sso_portal.services.federation.client_keys import ClientKeys
from sso_portal.services.federation.fetch import Fetcher
from sso_portal.services.keys import Keys
from sso_portal.services.once import Once
from sso_portal.services.outbox import Outbox
from sso_portal.services.pushed_requests import PushedRequests
from sso_portal.services.registration_rules import Rules
from sso_portal.services.registrations import Registrations
from sso_portal.services.sessions import Session, Sessions
from sso_portal.services.sign_in import SignIn, ladder
from sso_portal.services.sign_outs import SignOuts
from sso_portal.services.sign_up import SignUp
from sso_portal.services.site_access import SiteAccesses
from sso_portal.services.site_sign_ins import SiteSignIns
from sso_portal.services.subjects import Subjects
from sso_portal.services.tokens import Tokens
from sso_portal.services.traces import Traces
from sso_portal.services.users import User, Users
from sso_portal.storage.database import Work
from sso_portal.wiring.parts import Parts


class Unit:
    """The services of one transaction, each built when it is first asked for."""

    def __init__(self, portal: Parts, work: Work) -> None:
        """Everything works inside ``work``."""
        self.portal = portal
        self.work = work

    @lazy
    def users(self) -> Users:
        """People."""
        return Users(self.work, self.portal.secret_hasher, self.portal.clock)

    @lazy
    def clients(self) -> Clients:
        """Registered clients."""
        portal = self.portal
        return Clients(
            self.work,
            portal.client_cache,
            portal.token_hasher,
            portal.client_secret_hasher,
            portal.clock,
            secret_key=portal.client_secret_key,
            turns=portal.hashing_turns,
            newcomers=portal.registers,
        )

    @lazy
    def sessions(self) -> Sessions:
        """Sign-ins that are going on."""
        portal = self.portal
        return Sessions(
            self.work,
            portal.token_hasher,
            portal.clock,
            short=portal.short_lifetimes,
            remembered=portal.remembered_lifetimes,
        )

    @lazy
    def sign_outs(self) -> SignOuts:
        """Ends of sessions."""
        return SignOuts(self.work, self.clients, self.portal.token_hasher, self.portal.clock)

    @lazy
    def outbox(self) -> Outbox:
        """What has still to be told of sign-outs."""
        settings = self.portal.settings
        return Outbox(
            self.work,
            self.portal.clock,
            # A try may have to fetch the client's keys before it calls it.
            lease_seconds=2 * settings.fetch.timeout_seconds + 5,
            give_up_seconds=settings.sign_out.give_up_seconds,
        )

    @lazy
    def consents(self) -> Consents:
        """Remembered answers."""
        return Consents(self.work, self.portal.clock, days=self.portal.settings.consent.offer_days)

    @lazy
    def site_accesses(self) -> SiteAccesses:
        """What sites have of people."""
        return SiteAccesses(
            self.work,
            clients=self.clients,
            consents=self.consents,
            sign_outs=self.sign_outs,
            clock=self.portal.clock,
        )

    @lazy
    def tokens(self) -> Tokens:
        """Codes and tokens."""
        portal = self.portal
        return Tokens(self.work, portal.token_hasher, portal.clock, portal.token_lifetimes)

    @lazy
    def site_sign_ins(self) -> SiteSignIns:
        """Sign-ins at sites that a reverse proxy protects."""
        portal = self.portal
        return SiteSignIns(self.work, portal.token_hasher, portal.clock, tokens=self.tokens, sessions=self.sessions)

    @lazy
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

    @lazy
    def pushed_requests(self) -> PushedRequests:
        """Requests that clients have pushed."""
        seconds = self.portal.settings.tokens.pushed_request_seconds
        return PushedRequests(self.work, self.portal.token_hasher, self.portal.clock, seconds=seconds)

    @lazy
    def keys(self) -> Keys:
        """Signing keys."""
        portal = self.portal
        return Keys(self.work, portal.key_cache, portal.encryption_key, portal.clock, portal.key_schedule)

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

    @lazy
    def once(self) -> Once:
        """Things that may be used once."""
        return Once(self.portal.database.transaction, self.portal.token_hasher)

    @lazy
    def sign_in(self) -> SignIn:
        """The door."""
        rules = self.portal.settings.sign_in
        timing = (rules.lock_seconds, rules.forget_seconds)
        portal = self.portal
        return SignIn(
            self.work,
            portal.database.transaction,
            lambda work: Users(work, portal.secret_hasher, portal.clock),
            portal.token_hasher,
            portal.clock,
            turns=portal.hashing_turns,
            account_ladder=ladder(rules.account_free_failures, rules.account_lock_failures, *timing),
            address_ladder=ladder(rules.address_free_failures, rules.address_lock_failures, *timing),
        )

    @lazy
    def sign_up(self) -> SignUp:
        """The desk for newcomers."""
        rules, portal = self.portal.settings.sign_up, self.portal
        steps = ladder(rules.address_free_tries, rules.address_lock_tries, rules.lock_seconds, rules.forget_seconds)
        return SignUp(
            portal.database.transaction,
            portal.secret_hasher,
            portal.clock,
            self.sign_in,
            steps,
            portal.hashing_turns,
        )

    @lazy
    def traces(self) -> Traces:
        """What is remembered of refusals."""
        return Traces(self.work, self.portal.trace_budget, self.portal.clock)

    @lazy
    def audit(self) -> Audit:
        """The audit log."""
        return Audit(self.work, self.portal.clock)

    @lazy
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

    @lazy
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
