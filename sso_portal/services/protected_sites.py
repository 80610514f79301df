"""Sites that cannot be changed: a reverse proxy asks the portal about every request, and these are the site's rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from sso_portal.base.errors import Refused
from sso_portal.base.same_address import without_query
from sso_portal.base.urls import host_and_port
from sso_portal.services.person_checks import username_key
from sso_portal.storage.users import User

SITE_PREFIX = "/.sso/"
"""What the proxy passes to the portal instead of to the site."""

CALLBACK = f"{SITE_PREFIX}callback"

IDENTITY = ("user", "name", "email", "groups")
"""What a site can be told about a person, each in a header of its own."""

_LISTS = ("public", "people", "roles", "headers")
_MEMBERS = ("address", *_LISTS)
_AMBIGUOUS = frozenset(b"%\\#?;")
"""Bytes in a path, unescaped once, that two servers may read in two ways."""


@dataclass(frozen=True)
class ProtectedSite:
    """Where the site is (``scheme://host[:port]``), what of it anybody may see, and whom it is for: everybody, unless
    ``people`` or ``roles`` name some. ``headers`` are those of :data:`IDENTITY` that it is told."""

    address: str
    public: tuple[str, ...] = ()
    people: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    headers: tuple[str, ...] = IDENTITY

    @property
    def redirect_uri(self) -> str:
        """Where the authorization endpoint answers: on the site's own host, for the cookie is for that host alone."""
        return f"{self.address}{CALLBACK}"

    @property
    def is_https(self) -> bool:
        """Whether its people reach it over HTTPS; decides prefix and flags of its cookies."""
        return self.address.startswith("https://")

    def admits(self, user: User) -> bool:
        """Whether the site is for this person."""
        if not self.people and not self.roles:
            return True
        return username_key(user.username) in self.people or not self.roles.isdisjoint(user.roles)

    def is_public(self, uri: str) -> bool:
        """Whether anybody may see what a request line asks for. An entry that ends with a slash covers all below it,
        any other itself alone; a path that could be read in two ways is covered by none."""
        path = plain_path(uri)
        return path is not None and any(
            path.startswith(entry) if entry.endswith("/") else path == entry for entry in self.public
        )


def plain_path(uri: str) -> str | None:
    """The path of a request line as any server reads it; ``None`` when some server could read it as another one."""
    try:
        raw = unquote_to_bytes(uri.partition("?")[0].encode("latin-1"))
    except UnicodeEncodeError:
        return None
    if not raw.startswith(b"/") or b"//" in raw or _AMBIGUOUS & set(raw) or min(raw) < 0x20:  # noqa: PLR2004
        return None
    return None if {b".", b".."} & set(raw.split(b"/")) else raw.decode("latin-1")


def site_address(scheme: str, host: str) -> str | None:
    """``scheme://host[:port]`` in its normal form (RFC 3986, section 6.2), or ``None`` when it is no address of a site;
    ``host`` may have a port."""
    if host_and_port(host) is None:
        return None
    normal = without_query(f"{scheme}://{host}")
    return normal.rstrip("/") if normal is not None else None


def protected_site(value: Mapping[str, Any]) -> ProtectedSite | None:
    """The rules that a client's ``forward_auth`` holds; ``None`` when there are none that could be followed."""
    if not value or forward_auth_problem(value):
        return None
    return ProtectedSite(
        address=str(_address(value)),
        public=tuple(value.get("public", ())),
        people=frozenset(map(username_key, value.get("people", ()))),
        roles=frozenset(value.get("roles", ())),
        headers=tuple(value.get("headers", IDENTITY)),
    )


def forward_auth_problem(value: Mapping[str, Any]) -> str | None:
    """What is wrong with a client's ``forward_auth``, or ``None``; an empty object means that it has none."""
    if not value:
        return None
    strange = sorted(set(value) - set(_MEMBERS))
    if strange:
        return f"has {strange[0]}; known are {', '.join(_MEMBERS)}"
    if _address(value) is None:
        return "address is scheme://host or scheme://host:port of the site, without a path"
    for name in _LISTS:
        items = value.get(name, [])
        if not isinstance(items, list) or not all(isinstance(item, str) and item for item in items):
            return f"{name} is a list of texts"
    if any(plain_path(path) != path or not path.isascii() for path in value.get("public", [])):
        return "public holds plain paths such as /assets/ or /robots.txt"
    unknown = [header for header in value.get("headers", []) if header not in IDENTITY]
    return f"headers cannot hold {unknown[0]}; known are {', '.join(IDENTITY)}" if unknown else None


def check_forward_auth(metadata: Mapping[str, Any]) -> None:
    """See that ``forward_auth`` fits to the rest of a client's metadata: the portal itself makes the requests for such
    a site, plain ones, and redeems their codes. Raises :class:`Refused`."""
    site = protected_site(metadata["forward_auth"])
    if site is None:
        return
    if site.redirect_uri not in metadata["redirect_uris"]:
        raise Refused(f"redirect_uris: a client with forward_auth registers {site.redirect_uri}.")
    if "code" not in metadata["response_types"] or "openid" not in metadata["scope"].split():
        raise Refused("forward_auth: needs the response_type code and the scope openid.")
    for name in ("require_pushed_authorization_requests", "require_signed_request_object", "profile"):
        if metadata[name]:
            raise Refused(f"forward_auth: the portal makes plain requests for such a site; remove {name}.")


def _address(value: Mapping[str, Any]) -> str | None:
    address = value.get("address")
    if not isinstance(address, str):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    normal = site_address(parts.scheme, parts.netloc)
    return normal if normal is not None and address.rstrip("/") == f"{parts.scheme}://{parts.netloc}" else None
