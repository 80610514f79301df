"""A relying site that has joined a world, and what it has to know to sign people in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

CALLBACKS = ("/sso/callback", "/callback", "/auth/callback", "/oauth/callback", "/login/callback")
"""Where sites usually wait for the answer; one that waits elsewhere says so with ``redirect_uris``."""

KIT_PATHS = {"initiate_login_uri": "/sso/sign-in", "backchannel_logout_uri": "/sso/backchannel-logout"}
"""Where sites that sign in with ``sso_client.pyramid`` are told to begin, and to end, a person's session."""


@dataclass(frozen=True)
class Site:
    """A client of the portal and where it is. ``settings`` is what its factory was given."""

    client_id: str
    secret: str = field(repr=False)
    address: str
    settings: Mapping[str, str] = field(repr=False)

    def url(self, path: str = "/") -> str:
        """The address of one of its pages, for a browser to open."""
        return urljoin(f"{self.address}/", path)


def metadata_of(address: str, client: Mapping[str, Any]) -> dict[str, Any]:
    """What the portal is told of a site (RFC 7591 section 2): ``client`` over what suits most sites. Addresses that
    begin with ``/`` are below the site's own."""
    name = urlsplit(address).hostname or ""
    given = {
        "client_name": name.partition(".")[0].replace("-", " ").title(),
        "client_uri": "/",
        "redirect_uris": list(CALLBACKS),
        "post_logout_redirect_uris": ["/"],
        "consent": "silent",
        "first_party": True,
        **client,
    }
    return {member: _below(address, value) for member, value in given.items() if member != "client_id"}


def secret_of(client_id: str, metadata: Mapping[str, Any]) -> str:
    """A site's secret: the same in each world, so that a prepared world can be copied; nothing for public clients."""
    is_public = metadata.get("token_endpoint_auth_method") == "none"
    return "" if is_public else f"the secret of {client_id} in this world"


def settings_of(issuer: str, client_id: str, secret: str, redirect_uris: list[str], store: str) -> dict[str, str]:
    """What a site is told of the portal: as ``sso_client`` reads it, and in the words that Flask and Django know."""
    return {
        "sso.issuer": issuer,
        "sso.client_id": client_id,
        "sso.client_secret": secret,
        "sso.scope": "openid profile email",
        "sso.store": store,
        "ISSUER": issuer,
        "CLIENT_ID": client_id,
        "CLIENT_SECRET": secret,
        "REDIRECT_URI": redirect_uris[0] if redirect_uris else "",
        "SERVER_METADATA_URL": f"{issuer}/.well-known/openid-configuration",
    }


def _below(address: str, value: Any) -> Any:
    if isinstance(value, str) and value.startswith("/"):
        return address + value
    if isinstance(value, list | tuple):
        return [_below(address, item) for item in value]
    return value
