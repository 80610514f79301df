"""Token exchange (RFC 8693): an API that was called with a token asks for one with which it calls the next API."""

from __future__ import annotations

from typing import Any

from sso_portal.protocol.grants.extension import ExtensionGrant

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - the name of a kind of token


class TokenExchangeGrant(ExtensionGrant):
    """The person stays the same; who acts for her is told with the token."""

    def __init__(self, request_validator: Any) -> None:
        """Judge the tokens that are brought, then what is asked for; the database has the last word."""
        super().__init__(request_validator)
        self.custom_validators.post_token.extend(
            [
                request_validator.judge_subject_token,
                request_validator.judge_actor_token,
                request_validator.choose_exchange_target,
                request_validator.begin_exchanged_family,
            ]
        )

    def more(self, request: Any) -> dict[str, str]:
        """What kind of token was asked for is what was issued (section 2.2.1)."""
        return {"issued_token_type": getattr(request, "requested_token_type", None) or ACCESS_TOKEN}
