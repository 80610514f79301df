"""The client credentials grant (RFC 6749, section 4.4): a client acts for itself, and no person is involved."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2 import ClientCredentialsGrant as OAuthClientCredentialsGrant

from sso_portal.protocol.grants.answering import Answering


class ClientCredentialsGrant(Answering, OAuthClientCredentialsGrant):
    """Its answers never have a refresh token (section 4.4.3): the client can ask again at any time."""

    gives_refresh_token = False

    def __init__(self, request_validator: Any) -> None:
        """Begin the family of the token when everything else is right."""
        super().__init__(request_validator)
        self.custom_validators.post_token.append(request_validator.choose_resources)
        self.custom_validators.post_token.append(request_validator.choose_details)
        self.custom_validators.post_token.append(request_validator.begin_client_family)
