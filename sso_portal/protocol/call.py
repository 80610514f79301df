"""What the protocol may use while it answers one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from sso_portal.base.clock import Clock
from sso_portal.protocol.vocabulary import PROMPT_VALUES
from sso_portal.services.audit import Audit
from sso_portal.services.authorization_details import DetailTypes, Entry
from sso_portal.services.claims_request import NOTHING_ASKED, ClaimsRequest
from sso_portal.services.clients import Client, Clients
from sso_portal.services.consents import Consents
from sso_portal.services.device_codes import DeviceCode, DeviceCodes
from sso_portal.services.dpop_nonces import DpopNonces
from sso_portal.services.federation.client_keys import ClientKeys
from sso_portal.services.federation.fetch import Fetcher
from sso_portal.services.keys import Keys
from sso_portal.services.once import Once
from sso_portal.services.outbox import Outbox
from sso_portal.services.pushed_requests import PushedRequests
from sso_portal.services.resources import Resource
from sso_portal.services.sessions import Session, Sessions
from sso_portal.services.sign_in import SignIn
from sso_portal.services.site_sign_ins import SiteSignIns
from sso_portal.services.subjects import Subjects
from sso_portal.services.tokens import Access, Code, Family, Token, Tokens
from sso_portal.services.traces import Finding
from sso_portal.services.users import User, Users

HEADER = "sso.call"
"""The key under which a :class:`Call` travels through oauthlib, whose requests have headers but no other luggage."""


class Services(Protocol):
    """The services of one transaction."""

    @property
    def clients(self) -> Clients:
        """Registered clients."""

    @property
    def users(self) -> Users:
        """People."""

    @property
    def tokens(self) -> Tokens:
        """Codes and tokens."""

    @property
    def device_codes(self) -> DeviceCodes:
        """Device codes."""

    @property
    def pushed_requests(self) -> PushedRequests:
        """Requests that clients have pushed."""

    @property
    def consents(self) -> Consents:
        """Remembered answers."""

    @property
    def fetcher(self) -> Fetcher:
        """Documents that clients have put somewhere."""

    @property
    def client_keys(self) -> ClientKeys:
        """Public keys of clients."""

    @property
    def detail_types(self) -> DetailTypes:
        """Types of authorization details."""

    @property
    def once(self) -> Once:
        """Things that may be used once."""

    @property
    def dpop_nonces(self) -> DpopNonces:
        """Nonces for DPoP proofs."""

    @property
    def keys(self) -> Keys:
        """The key ring."""

    @property
    def subjects(self) -> Subjects:
        """Subject identifiers."""

    @property
    def sessions(self) -> Sessions:
        """Sign-ins that are going on."""

    @property
    def site_sign_ins(self) -> SiteSignIns:
        """Sign-ins at sites that a reverse proxy protects."""

    @property
    def outbox(self) -> Outbox:
        """What has still to be told of sign-outs."""

    @property
    def sign_in(self) -> SignIn:
        """The door."""

    @property
    def audit(self) -> Audit:
        """The audit log."""


@dataclass(frozen=True)
class SentCertificate:
    """The header with the client's certificate, as it came: ``from_proxy`` when its sender may be believed, and
    ``verified`` when that one says that it trusts the certificate's authority."""

    text: str = ""
    from_proxy: bool = False
    verified: bool = False


@dataclass(init=False)
class Call:
    """One request on its way through the protocol: the services, and what the steps found out for later ones.

    What nobody has found out yet stands in the class: there is a lot of it, and a call for every request.
    """

    services: Services
    issuer: str
    clock: Clock
    client: Client | None = None
    session: Session | None = None
    user: User | None = None
    # What the browser sent as its session, living or not.
    session_cookie: str | None = None
    code: Code | None = None
    device_code: DeviceCode | None = None
    family: Family | None = None
    # Known before the family itself may be used, so that a refusal can be told in its story.
    family_id: str | None = None
    refresh_token: Token | None = None
    # When its session is known to have been used, in seconds.
    seen_at: int | None = None
    # The unused refresh token that is told again to who presents its used predecessor within the time of grace.
    repeated_refresh_token: str | None = None
    access: Access | None = None
    duplicates: frozenset[str] = frozenset()
    undecodable: frozenset[str] = frozenset()
    # Every DPoP header, as it was sent, and the method of the request, which a proof names.
    dpop_proofs: tuple[str, ...] = ()
    method: str = "POST"
    # How an access token was presented: as Bearer or as DPoP.
    presented_as: str = "Bearer"
    certificate: SentCertificate = SentCertificate()
    # The network address that the request came from; empty when it is not known.
    address: str = ""
    prompt_values: tuple[str, ...] = PROMPT_VALUES
    claims: ClaimsRequest = NOTHING_ASKED
    hinted_subject: str | None = None
    # What the request says in detail that it is for (RFC 9396).
    authorization_details: tuple[Entry, ...] = ()
    # What the tokens of this authorization will tell besides its scopes.
    details: dict[str, Any] = field(init=False)
    # What the access token of this answer is bound to, and for whom it is.
    token_details: dict[str, Any] = field(init=False)
    # What the request says its tokens are for, as it was sent, and what that was found to be (RFC 8707).
    resource_names: tuple[str, ...] = ()
    resources: tuple[Resource, ...] = ()
    # The same, as logical names (RFC 8693, section 2.1).
    audiences: tuple[str, ...] = ()
    # The forms of answer that the caller understands (RFC 9110, section 12.5.1).
    accept: str = ""
    # What a client has signed about the person it speaks for.
    assertion: Mapping[str, Any] | None = None
    # The token that is exchanged for another.
    exchanged: Access | None = None
    # How long the access token of this answer lives, in seconds, when not as long as usual.
    access_seconds: int | None = None
    # What was wrong with the request object; raised once it is known where to answer.
    request_problem: OAuth2Error | None = None
    # The redirect URI as the authorization request had it; None when it was left out.
    sent_redirect_uri: str | None = None

    # The Authorization header of the Basic scheme, and what it was found to say.
    basic: tuple[str, tuple[str, str]] | None = field(default=None, repr=False)
    # Why this request is going to be refused, for who has to find out.
    finding: Finding | None = None

    def __init__(
        self,
        services: Services,
        issuer: str,
        clock: Clock,
        *,
        session: Session | None = None,
        user: User | None = None,
        address: str = "",
        prompt_values: tuple[str, ...] = PROMPT_VALUES,
    ) -> None:
        """Know who asks, where, and nothing else yet."""
        self.services, self.issuer, self.clock = services, issuer, clock
        self.session, self.user = session, user
        self.address, self.prompt_values = address, prompt_values
        self.details, self.token_details = {}, {}

    def find(self, check: str, **details: Any) -> None:
        """Note which check refuses and what is known about it; never a secret."""
        self.finding = Finding(check, details)

    def headers(self, authorization: str | None = None) -> Mapping[str, Any]:
        """Headers to hand to oauthlib."""
        return {HEADER: self} if authorization is None else {HEADER: self, "Authorization": authorization}


def call_of(request: Any) -> Call:
    """The call an oauthlib request belongs to."""
    call = request.headers[HEADER]
    if not isinstance(call, Call):
        raise TypeError("an oauthlib request without its call")
    return call
