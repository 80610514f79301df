"""No credentials at all: for public clients (OpenID Connect Core, section 9, ``none``)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidClientError

from sso_portal.protocol.call import call_of
from sso_portal.services.client_metadata import SECRET_METHODS
from sso_portal.services.clients import Client


class NoCredentials:
    """The client says who it is and proves nothing."""

    name = "nowhere"

    def is_used(self, _request: Any) -> bool:
        """When nothing else is."""
        return True

    def client_id(self, _request: Any) -> None:
        """There are no credentials that could name it."""

    def check(self, request: Any, client: Client) -> None:
        """Public clients only."""
        if client.is_public:
            return
        method = client.metadata["token_endpoint_auth_method"]
        call_of(request).find(
            "client_secret_missing" if method in SECRET_METHODS else "authentication_method", registered=method
        )
        what = "secret" if method in SECRET_METHODS else f"assertion ({method})"
        raise InvalidClientError(description=f"The client {what} is missing.", request=request)
