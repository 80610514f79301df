"""The settings, one frozen dataclass per area; the manual in docs/settings.md is generated from these lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sso_portal.base.named_networks import Network, read_networks
from sso_portal.settings.detail_types_file import DetailTypesFile, read_detail_types

_MISSING: Any = object()


def _setting(manual: str, default: Any = _MISSING) -> Any:
    metadata = {"manual": manual}
    return field(metadata=metadata) if default is _MISSING else field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Web:
    """Where the portal is and how it is reached."""

    issuer: str = _setting("The public base address, e.g. https://sso.example.com; never taken from a request.")
    listen: str = _setting("Address and port that `sso-portal serve` listens on.", "127.0.0.1:9000")
    threads: int = _setting("Worker threads of one process; those that wait for a hash are not counted.", 8)
    stop_seconds: int = _setting(
        "A process that is told to stop finishes what it has begun within so many seconds.", 30
    )
    trusted_proxies: tuple[str, ...] = _setting(
        "Addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, and which may ask at "
        "/o/forward_auth/ about the sites behind them; separated by spaces.",
        (),
    )
    allow_insecure_issuer: bool = _setting(
        "Development only: accept an http:// issuer whose host is not this machine.", False
    )
    max_body_bytes: int = _setting("Largest request body in bytes; anything larger is answered 413.", 65_536)
    max_query_bytes: int = _setting("Longest query string in bytes; anything longer is answered 414.", 16_384)
    template_reload: bool = _setting("Development only: read templates anew when they change.", False)


@dataclass(frozen=True)
class Storage:
    """The database."""

    url: str = _setting(
        "SQLAlchemy URL: sqlite:////var/lib/sso-portal/portal.sqlite3, or postgresql+psycopg://… for several machines."
    )
    sqlite_synchronous: str = _setting("SQLite's durability: full survives a power cut, normal a crash.", "full")
    pool_size: int = _setting("Connections kept open by one process.", 8)


@dataclass(frozen=True)
class Security:
    """Secrets and what guards them."""

    secret: str = _setting(
        "At least 32 random characters. Keys for stored hashes, markers and the signing keys at rest are derived from "
        "it; production takes it from the environment only."
    )
    argon2_time_cost: int = _setting("Argon2id passes.", 2)
    argon2_memory_kib: int = _setting("Argon2id memory in KiB.", 19_456)
    argon2_parallelism: int = _setting("Argon2id lanes.", 1)
    hashing_at_once: int = _setting(
        "Passwords and chosen client secrets that one process hashes at the same time; each takes argon2_memory_kib.", 1
    )
    hashing_waiting: int = _setting(
        "So many more may wait for that; beyond, the answer is 503. Addresses and clients take turns.", 64
    )


@dataclass(frozen=True)
class Session:
    """How long a person stays signed in."""

    idle_seconds: int = _setting("Ends a session that was not used for so many seconds.", 7_200)
    absolute_seconds: int = _setting("Ends a session so many seconds after sign-in, used or not.", 43_200)
    remember_idle_seconds: int = _setting("The same as idle_seconds with *remember me*.", 1_209_600)
    remember_absolute_seconds: int = _setting("The same as absolute_seconds with *remember me*.", 2_592_000)
    report_grace_seconds: int = _setting(
        "Sites report in the background that a person was busy there; a session that was idle for too long is ended so "
        "many seconds later, in case such a report is under way.",
        180,
    )


@dataclass(frozen=True)
class SignOut:
    """How sites are told that a session is over."""

    wait_seconds: int = _setting("A person who signs out waits so long at most until all sites have answered.", 2)
    give_up_seconds: int = _setting("A site that does not answer is told again and again for so long.", 86_400)


@dataclass(frozen=True)
class Tokens:
    """How long tokens live, in seconds."""

    code_seconds: int = _setting("Authorization codes.", 60)
    access_seconds: int = _setting("Access tokens.", 3_600)
    jwt_access_seconds: int = _setting(
        "Access tokens that are JWTs. An API checks them by itself, so they outlive a sign-out by so much at most.", 300
    )
    refresh_seconds: int = _setting("Refresh tokens, counted anew at each rotation.", 2_592_000)
    id_token_seconds: int = _setting("id_tokens.", 600)
    refresh_grace_seconds: int = _setting(
        "A refresh token that was used is answered again for so many seconds, with the same successor: for two tabs "
        "that refresh at once. 0 never does.",
        10,
    )
    pushed_request_seconds: int = _setting(
        "Within so many seconds a browser has to arrive with a request that a site has pushed; signing in may take "
        "longer.",
        90,
    )
    device_code_seconds: int = _setting("Device codes and the codes that people type for them.", 600)
    device_poll_seconds: int = _setting("How long a device waits before it asks again.", 5)


@dataclass(frozen=True)
class Consent:
    """What people are asked before a site is let in."""

    offer_days: int = _setting(
        "Who agrees may choose that it holds for so many days, after which the site has to ask again. 0 does not offer "
        "that; until she takes it back, and only this time, are always there.",
        30,
    )


@dataclass(frozen=True)
class Keys:
    """How signing keys come and go, in seconds; sites need to do nothing when one follows another."""

    rotate_seconds: int = _setting("How long a key signs before the next one does.", 7_776_000)
    publish_ahead_seconds: int = _setting("The next key is published so long before it signs.", 86_400)
    keep_seconds: int = _setting(
        "A key stays published so long after it has signed for the last time; as long as the longest-lived of the "
        "tokens it signs, or longer.",
        172_800,
    )
    hint_seconds: int = _setting(
        "For so long after that, a site may still name a person by an old id_token (id_token_hint).", 7_776_000
    )


@dataclass(frozen=True)
class SignIn:
    """How failed sign-ins are slowed and stopped."""

    account_free_failures: int = _setting("Failures of one account that cost no waiting.", 3)
    account_lock_failures: int = _setting("Failures of one account that lock it for a while.", 10)
    address_free_failures: int = _setting("Failures from one address that cost no waiting.", 30)
    address_lock_failures: int = _setting("Failures from one address that lock it for a while.", 100)
    lock_seconds: int = _setting("How long a lock lasts.", 900)
    forget_seconds: int = _setting("Failures are forgotten after so many seconds without a try.", 3_600)


@dataclass(frozen=True)
class SignUp:
    """Whether newcomers create their accounts themselves, and how that is slowed."""

    enabled: bool = _setting("People may create an account; off, operators add them.", False)
    address_free_tries: int = _setting("Tries from one address that cost no waiting.", 30)
    address_lock_tries: int = _setting("Tries from one address that lock it for a while.", 100)
    lock_seconds: int = _setting("How long a lock lasts.", 900)
    forget_seconds: int = _setting("Tries are forgotten after so many seconds without one.", 3_600)


@dataclass(frozen=True)
class Dpop:
    """Tokens that are bound to a key of the client by DPoP (RFC 9449)."""

    require_nonce: bool = _setting("Every proof has to carry a fresh nonce of the portal's.", True)
    nonce_seconds: int = _setting("Nonces change so often; each works for one to two times as long.", 120)


@dataclass(frozen=True)
class MutualTls:
    """Clients that prove themselves by a certificate (RFC 8705), which a reverse proxy checks and hands on."""

    header: str = _setting(
        "Header in which a proxy of `sso.web.trusted_proxies` hands on the client's certificate, url-encoded PEM or "
        "base64 of DER, e.g. X-Client-Cert; empty turns mutual TLS off.",
        "",
    )
    verified_header: str = _setting(
        "Header in which that proxy says SUCCESS when the certificate comes from an authority that it trusts, e.g. "
        "X-Client-Verify. Empty: tls_client_auth is not offered, for anyone can make a certificate with any name in "
        "it.",
        "",
    )

    @property
    def methods(self) -> tuple[str, ...]:
        """The ways of client authentication by certificate that can be offered."""
        offered = {"tls_client_auth": self.verified_header, "self_signed_tls_client_auth": self.header}
        return tuple(method for method, header in offered.items() if self.header and header)


@dataclass(frozen=True)
class AuthorizationDetails:
    """What clients may ask for more exactly than by a scope (RFC 9396)."""

    file: str = _setting(
        "TOML or JSON file that describes the types of authorization details; see recipes/ask-for-details.md. Empty: "
        "there are none.",
        "",
    )

    @cached_property
    def loaded(self) -> DetailTypesFile:
        """The file, read once."""
        return read_detail_types(self.file)


@dataclass(frozen=True)
class Fetch:
    """What the portal itself fetches for clients: their keys and request objects."""

    timeout_seconds: int = _setting("A fetch that is not over by then has failed.", 5)
    allowed_hosts: tuple[str, ...] = _setting(
        "Hosts, as host or host:port, that may be private and plain http; all others are fetched from by https at port "
        "443 of public addresses only. Separated by spaces.",
        (),
    )


@dataclass(frozen=True)
class Traces:
    """What is remembered of refusals, for `sso-portal trace`."""

    keep_seconds: int = _setting("How long a refusal can be explained.", 604_800)


@dataclass(frozen=True)
class Audit:
    """What is remembered of events that somebody may have to answer for, for `sso-portal audit`."""

    keep_days: int = _setting("How many days an event is kept.", 400)


@dataclass(frozen=True)
class Registration:
    """Whether sites may register themselves (RFC 7591)."""

    mode: str = _setting("off, token (who has the initial access token) or open (everybody).", "off")
    initial_access_token: str = _setting(
        "At least 32 random characters, with mode=token; production takes it from the environment only.", ""
    )
    require_pkce: bool = _setting("Sites that register themselves have to use PKCE; public ones always have to.", True)
    address_free_tries: int = _setting("Registrations from one address that cost no waiting, with mode=open.", 50)
    address_lock_tries: int = _setting("Registrations from one address that lock it for a while.", 200)
    lock_seconds: int = _setting("How long a lock lasts.", 900)
    forget_seconds: int = _setting("Registrations are forgotten after so many seconds without one.", 3_600)


@dataclass(frozen=True)
class Brand:
    """What people see."""

    name: str = _setting("Name of the portal on every page.", "SSO Portal")
    accent: str = _setting("Accent colour on light pages, #rrggbb; must contrast 4.5:1 with white.", "#1f5fbf")
    accent_dark: str = _setting("Accent colour on dark pages; must contrast 4.5:1 with #14171c.", "#8ab4f8")
    help_url: str = _setting("Where *help* leads; empty hides the link.", "")
    privacy_url: str = _setting("Where *privacy* leads; empty hides the link.", "")
    terms_url: str = _setting("Where *terms* leads; empty hides the link.", "")
    time_zone: str = _setting(
        "Time zone in which pages show times, as the IANA database names it; empty is the machine's own.", ""
    )


@dataclass(frozen=True)
class Places:
    """How people are told where a device is, by the network address of its sign-in."""

    networks: str = _setting(
        "Networks with the names that people know them by, e.g. 10.1.0.0/16=Beijing office; 10.2.0.0/16=Shanghai "
        "office; the narrowest counts.",
        "",
    )
    database: str = _setting(
        "Path of a database of cities in MaxMind's MMDB format, such as GeoLite2-City.mmdb; empty: people see the "
        "address itself.",
        "",
    )

    @cached_property
    def named_networks(self) -> list[tuple[Network, str]]:
        """The networks, the narrowest first. Raises :class:`ValueError` when they cannot be read."""
        return read_networks(self.networks)


@dataclass(frozen=True)
class Settings:
    """Every area together."""

    web: Web
    storage: Storage
    security: Security
    session: Session
    sign_out: SignOut
    tokens: Tokens
    consent: Consent
    keys: Keys
    sign_in: SignIn
    sign_up: SignUp
    dpop: Dpop
    mutual_tls: MutualTls
    authorization_details: AuthorizationDetails
    registration: Registration
    fetch: Fetch
    traces: Traces
    audit: Audit
    brand: Brand
    places: Places

    @property
    def is_https(self) -> bool:
        """Whether people reach the portal over HTTPS; decides cookie prefixes and flags."""
        return self.web.issuer.startswith("https://")
