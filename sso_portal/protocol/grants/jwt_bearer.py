"""JWTs as authorization grants (RFC 7523, section 2.1): a client that the operator trusts speaks for a person."""

from __future__ import annotations

from typing import Any

from sso_portal.protocol.grants.extension import ExtensionGrant


class JwtBearerGrant(ExtensionGrant):
    """The client signs who it speaks for with a key of its own."""

    def __init__(self, request_validator: Any) -> None:
        """Judge the assertion, the scopes and the person's agreement; the assertion is used up last."""
        super().__init__(request_validator)
        self.custom_validators.post_token.extend(
            [
                request_validator.judge_assertion,
                self.validate_scopes,
                request_validator.choose_resources,
                request_validator.use_assertion,
            ]
        )
