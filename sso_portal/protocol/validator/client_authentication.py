"""Who is the client that calls the token endpoint (RFC 6749, sections 2.3 and 3.2.1)?"""

from __future__ import annotations

from typing import Any

from sso_portal.protocol.call import call_of
from sso_portal.protocol.client_authentication import authenticated_client
from sso_portal.protocol.sender_constraints import constrain_tokens
from sso_portal.protocol.vocabulary import TOKEN_PATH


class ClientAuthenticationAnswers:
    """Client authentication in every way that is registered."""

    def client_authentication_required(self, request: Any) -> bool:
        """Always: a public client's ``none`` is checked at the same place."""
        return True

    def authenticate_client(self, request: Any) -> bool:
        """Find and check the client of this request; raises oauthlib errors that say what is wrong."""
        client = authenticated_client(request)
        request.client = call_of(request).client = client
        request.client_id = client.client_id
        if request.uri.endswith(TOKEN_PATH):
            constrain_tokens(request)
        return True
