"""The implicit grant (RFC 6749, section 4.2; OpenID Connect Core, section 3.2).

RFC 9700, section 2.1.2 advises against access tokens in addresses. It is here because the platform's description has
it, for clients that are registered for it, and for none by default.
"""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import UnsupportedGrantTypeError
from oauthlib.openid.connect.core.grant_types import ImplicitGrant as OpenIDImplicitGrant

from sso_portal.protocol.grants.issuing import Issuing


class ImplicitGrant(Issuing, OpenIDImplicitGrant):
    """Tokens straight from the authorization endpoint: ``token``, ``id_token`` and both."""

    def __init__(self, request_validator: Any) -> None:
        """Add our checks."""
        super().__init__(request_validator)
        self.request_validator = request_validator
        self.add_checks()

    def answer(self, request: Any, _token_handler: Any) -> dict[str, Any]:
        """Never at the token endpoint: that is no place for this grant. Raises an oauthlib error."""
        raise UnsupportedGrantTypeError(
            description="The implicit grant has no request to the token endpoint.", request=request
        )
