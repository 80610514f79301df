"""The password grant (RFC 6749, section 4.3), by the company's own mobile apps.

RFC 9700, section 2.4 forbids it for anything new. It is here because the platform's description has it, for clients
that are registered for it, and for none by default. Failures count as they do on the sign-in page.
"""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2 import ResourceOwnerPasswordCredentialsGrant

from sso_portal.protocol.grants.answering import Answering


class PasswordGrant(Answering, ResourceOwnerPasswordCredentialsGrant):
    """Exchanges a person's user name and password for tokens."""

    def __init__(self, request_validator: Any) -> None:
        """Judge the client's right to the grant before anybody's password is looked at."""
        super().__init__(request_validator)
        self.custom_validators.post_token.append(request_validator.choose_resources)
        self.custom_validators.post_token.append(request_validator.begin_password_family)
