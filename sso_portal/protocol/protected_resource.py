"""The portal's own protected resource, userinfo, described for whoever comes without a token (RFC 9728)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sso_portal.base.client_jose import VERIFICATION_ALGORITHMS
from sso_portal.base.jose import SIGNING_ALGORITHMS
from sso_portal.protocol.vocabulary import JWKS_PATH, PROTECTED_RESOURCE_PATH
from sso_portal.services.clients import Client
from sso_portal.services.scopes import SCOPES


def metadata_address(issuer: str) -> str:
    """Where the document is (section 3)."""
    return f"{issuer}{PROTECTED_RESOURCE_PATH}"


def protected_resource_metadata(issuer: str, *, name: str, policy_uri: str, terms_uri: str) -> dict[str, Any]:
    """The document of section 2; ``name`` is what people call the portal, and empty addresses are left out."""
    document = {
        "resource": issuer,
        "authorization_servers": [issuer],
        "jwks_uri": f"{issuer}{JWKS_PATH}",
        "scopes_supported": [scope.name for scope in SCOPES.values() if scope.claims],
        "bearer_methods_supported": ["header", "body"],
        "resource_signing_alg_values_supported": list(SIGNING_ALGORITHMS),
        "dpop_signing_alg_values_supported": list(VERIFICATION_ALGORITHMS),
        "resource_name": name,
        "resource_policy_uri": policy_uri,
        "resource_tos_uri": terms_uri,
    }
    return {member: value for member, value in document.items() if value}


def protected_resources(clients: Iterable[Client]) -> dict[str, list[str]]:
    """The member of the portal's own metadata that lists the APIs which it gives tokens for (section 4)."""
    apis = [client for client in clients if client.metadata["resource_server"]]
    addresses = sorted({uri for api in apis for uri in api.metadata["resource_uris"]})
    return {"protected_resources": addresses} if addresses else {}
