"""What an API tells its guard: three settings it must give, and many it may."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sso_client.errors import SettingsProblem
from sso_client.guard.written_settings import WrittenSettings
from sso_client.settings import Settings
from sso_client.signed_token import ALGORITHMS
from sso_client.store import IN_MEMORY
from sso_client.urls import is_safe_endpoint

CHECKS = ("jwt", "introspection", "auto")
OPAQUE_FORM = "[A-Za-z0-9]{30,128}"


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """The settings of one API.

    issuer: the portal's issuer identifier, letter by letter.   resource: the API's name in `aud`; other_names: further
    ones.   check: `jwt` by the portal's keys, `introspection` by asking it, `auto` by how the token looks.
    client_id, client_secret: the API's own, for introspection and token exchange (client_secret_basic).
    scopes: those that mean something here, told in the metadata.   leeway: seconds that clocks may be apart.
    cache_seconds: how long the portal's word for a token counts, which is how long a revoked one still works at most.
    refused_seconds: the same for its "no".   cache_size: how many answers are kept of either kind.
    origins: of browser apps that may call (CORS).   public_url: what stands before the paths that the application sees,
    for `resource_metadata` and the `htu` of proofs; "" for the origin of `resource`, or the request's own host.
    any_audience: take tokens from introspection that are for no API in particular.   opaque_form: a regular expression
    of what the portal's opaque tokens look like; anything else is refused without asking.
    calls_per_second, calls_in_flight: how much of introspection one process asks for at most.
    key_seconds: how long keys serve before they are fetched again; stale_key_seconds: how long they serve when that
    fails; key_refresh_seconds: unknown key names cause one fetch in this time at most.
    proof_seconds: how old a DPoP proof may be; proofs: how many used ones are remembered.
    store: SQLite file for used proofs and keys, shared by the processes of the API, or ":memory:" when there is one.
    timeout: seconds that one call to the portal may take.   allow_http: plain http beyond this machine.
    """

    issuer: str
    resource: str
    check: str = "auto"
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    name: str = ""
    other_names: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    leeway: int = 30
    cache_seconds: int = 10
    refused_seconds: int = 5
    cache_size: int = 5000
    origins: tuple[str, ...] = ()
    public_url: str = ""
    any_audience: bool = False
    algorithms: tuple[str, ...] = ALGORITHMS
    opaque_form: str = OPAQUE_FORM
    calls_per_second: int = 100
    calls_in_flight: int = 16
    key_seconds: int = 600
    stale_key_seconds: int = 24 * 3600
    key_refresh_seconds: int = 30
    proof_seconds: int = 300
    proofs: int = 50_000
    store: str = IN_MEMORY
    timeout: float = 5.0
    allow_http: bool = False

    @property
    def audiences(self) -> frozenset[str]:
        """Every name that the API has in `aud`."""
        return frozenset((self.resource, *self.other_names))

    @property
    def as_client(self) -> Settings:
        """The same in the words of the kit's own calls to the portal."""
        return Settings(
            issuer=self.issuer,
            client_id=self.client_id,
            client_secret=self.client_secret,
            scope=(),
            store=self.store,
            timeout=self.timeout,
            allow_http=self.allow_http,
        )


def read_guard_settings(source: Mapping[str, object]) -> GuardSettings:
    """Read the settings `guard.…` from `source`; lists are separated by spaces. What a site's kit is told already
    (`sso.issuer`, `sso.client_id`, `sso.client_secret`, `sso.timeout`, `sso.allow_http`) need not be said again.

    Raises SettingsProblem, which names everything that is wrong at once.
    """
    written = WrittenSettings(source)
    settings = GuardSettings(
        issuer=written.text("issuer", needed=True),
        resource=written.text("resource", needed=True),
        check=written.text("check", "auto"),
        client_id=written.text("client_id"),
        client_secret=written.text("client_secret"),
        name=written.text("name"),
        other_names=written.words("other_names"),
        scopes=written.words("scopes"),
        leeway=written.number("leeway", 30, 0, 300),
        cache_seconds=written.number("cache_seconds", 10, 0, 300),
        refused_seconds=written.number("refused_seconds", 5, 0, 60),
        cache_size=written.number("cache_size", 5000, 1, 1_000_000),
        origins=written.words("origins"),
        public_url=written.text("public_url").rstrip("/"),
        any_audience=written.yes("any_audience"),
        algorithms=written.words("algorithms") or ALGORITHMS,
        opaque_form=written.text("opaque_form", OPAQUE_FORM),
        calls_per_second=written.number("calls_per_second", 100, 1, 100_000),
        calls_in_flight=written.number("calls_in_flight", 16, 1, 1000),
        key_seconds=written.number("key_seconds", 600, 1, 86_400),
        stale_key_seconds=written.number("stale_key_seconds", 86_400, 0, 7 * 86_400),
        key_refresh_seconds=written.number("key_refresh_seconds", 30, 1, 3600),
        proof_seconds=written.number("proof_seconds", 300, 10, 3600),
        proofs=written.number("proofs", 50_000, 10, 10_000_000),
        store=written.text("store", IN_MEMORY),
        timeout=written.seconds("timeout", 5.0, 0.05, 120),
        allow_http=written.yes("allow_http"),
    )
    problems = [*written.problems, *_problems(settings)]
    if problems:
        raise SettingsProblem("\n".join(problems))
    return settings


def _problems(settings: GuardSettings) -> list[str]:
    found = []
    if settings.issuer and (
        not is_safe_endpoint(settings.issuer, allow_http=settings.allow_http) or "?" in settings.issuer
    ):
        found.append(f"guard.issuer must be an https address (http only for this machine), not {settings.issuer!r}")
    if settings.check not in CHECKS:
        found.append(f"guard.check must be one of {', '.join(CHECKS)}, not {settings.check!r}")
    elif settings.check != "jwt" and not (settings.client_id and settings.client_secret):
        found.append(f"guard.client_id and guard.client_secret are needed for guard.check = {settings.check}")
    found += [f"guard.origins: {one!r} is not scheme://host" for one in settings.origins if not _is_origin(one)]
    if settings.public_url and not re.fullmatch(r"https?://[^?#\s@\\\"]+", settings.public_url):
        found.append(f"guard.public_url must be scheme://host, with a path or not, and not {settings.public_url!r}")
    strange = [name for name in settings.algorithms if name not in ALGORITHMS]
    found += [f"guard.algorithms: {name!r} is not one of {', '.join(ALGORITHMS)}" for name in strange]
    # RFC 6749 appendix A.4: these end up between quotation marks in a header.
    found += [
        f"guard.scopes: {name!r} is no scope" for name in settings.scopes if not re.fullmatch(r"[!#-\[\]-~]+", name)
    ]
    try:
        re.compile(settings.opaque_form)
    except re.error as problem:
        found.append(f"guard.opaque_form is no regular expression: {problem}")
    return found


def _is_origin(text: str) -> bool:
    return re.fullmatch(r"https?://[a-z0-9.\-\[\]:]+", text) is not None
