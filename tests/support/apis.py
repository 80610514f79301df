"""APIs: what they are registered as, and how they look at a token that was sent to them."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

from sso_portal.services.client_metadata import TOKEN_EXCHANGE
from sso_testkit import SingleSignOn
from sso_testkit.browser import Tab
from tests.support.relying_party import RelyingParty

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


def address(name: str) -> str:
    """The resource identifier of an API."""
    return f"https://{name}.example.test/v1"


def add_api(sso: SingleSignOn, name: str, **metadata: Any) -> RelyingParty:
    """An API with an address, registered for token exchange with ``token_exchange_to`` if that is given."""
    grants = ["client_credentials", *([TOKEN_EXCHANGE] if "token_exchange_to" in metadata else [])]
    own = {
        "resource_server": True,
        "resource_uris": [address(name)],
        "grant_types": grants,
        "response_types": [],
        "scope": "all",
        **metadata,
    }
    return RelyingParty.register(sso, name, **own)


def tokens_for(site: RelyingParty, tab: Tab, *resources: str, **changes: str | None) -> dict[str, Any]:
    """The answer of a code grant for ``resources``."""
    more = f"&{urlencode([('resource', name) for name in resources])}" if resources else ""
    tab.open(f"{site.url(**changes)}{more}")
    return dict(site.redeem(site.answer(tab)["code"]).json)


def exchange(api: RelyingParty, subject: str, **fields: Any) -> Any:
    """The API exchanges a token that it was called with."""
    return api.token(
        **{"grant_type": TOKEN_EXCHANGE, "subject_token": subject, "subject_token_type": ACCESS_TOKEN, **fields}
    )


def header(token: str) -> dict[str, Any]:
    """The header of a JWT."""
    part = token.partition(".")[0]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))
