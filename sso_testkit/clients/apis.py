"""APIs: what they are registered as, tokens for them, and how they exchange a token that they were called with.

An API is a :class:`~sso_testkit.relying_party.RelyingParty` too: ``add_api(sso, "payroll").introspect(token)``.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from sso_testkit.browser import Tab
from sso_testkit.clients.names import ACCESS_TOKEN_TYPE, TOKEN_EXCHANGE
from sso_testkit.relying_party import EndpointAnswer, RelyingParty
from sso_testkit.relying_party.surroundings import Surroundings


def api_address(name: str) -> str:
    """The resource identifier of an API (RFC 8707, section 2)."""
    return f"https://{name}.example.test/v1"


def add_api(sso: Surroundings, name: str, **metadata: Any) -> RelyingParty:
    """An API with an address, registered for token exchange with ``token_exchange_to`` if that is given."""
    grants = ["client_credentials", *([TOKEN_EXCHANGE] if "token_exchange_to" in metadata else [])]
    own = {
        "resource_server": True,
        "resource_uris": [api_address(name)],
        "grant_types": grants,
        "response_types": [],
        "scope": "all",
        **metadata,
    }
    return RelyingParty.register(sso, name, **own)


def tokens_for(site: RelyingParty, tab: Tab, *resources: str, **changes: str | None) -> dict[str, Any]:
    """The answer of a code grant for ``resources`` (RFC 8707), for the person who is signed in in ``tab``."""
    more = f"&{urlencode([('resource', name) for name in resources])}" if resources else ""
    tab.open(f"{site.url(**changes)}{more}")
    return dict(site.redeem(site.answer(tab)["code"]).json)


def exchange_token(api: RelyingParty, subject: str, **fields: Any) -> EndpointAnswer:
    """The API exchanges a token that it was called with (RFC 8693, section 2.1)."""
    asked = {"grant_type": TOKEN_EXCHANGE, "subject_token": subject, "subject_token_type": ACCESS_TOKEN_TYPE}
    return api.token(**{**asked, **fields})
