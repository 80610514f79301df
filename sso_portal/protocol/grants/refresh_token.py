"""The refresh token grant (RFC 6749, section 6; OpenID Connect Core, section 12)."""

from __future__ import annotations

from typing import Any

from oauthlib.openid.connect.core.grant_types import RefreshTokenGrant as OpenIDRefreshTokenGrant

from sso_portal.protocol.grants.answering import Answering


class RefreshTokenGrant(Answering, OpenIDRefreshTokenGrant):
    """Rotation is decided by one statement, before the successor exists."""

    def __init__(self, request_validator: Any) -> None:
        """Consume the presented token as the last check."""
        super().__init__(request_validator)
        self.custom_validators.post_token.append(request_validator.choose_resources)
        self.custom_validators.post_token.append(request_validator.choose_details)
        self.custom_validators.post_token.append(request_validator.consume_refresh_token)
