"""The hybrid flow: a code, and tokens beside it (OpenID Connect Core, section 3.3)."""

from __future__ import annotations

from typing import Any

from oauthlib.openid.connect.core.grant_types import HybridGrant as OpenIDHybridGrant

from sso_portal.protocol.grants.authorization_code import S256Only
from sso_portal.protocol.grants.issuing import Issuing


class HybridGrant(Issuing, OpenIDHybridGrant):
    """``code id_token``, ``code token`` and ``code id_token token``; the code is redeemed by the code grant."""

    def __init__(self, request_validator: Any) -> None:
        """Validate as the code grant does, and demand a nonce where the specification does."""
        self.request_validator = request_validator
        self.proxy_target = S256Only(request_validator=request_validator)
        self.custom_validators.post_auth.append(self.openid_authorization_validator)
        self.add_checks()
