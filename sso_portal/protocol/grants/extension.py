"""What the extension grants (RFC 6749, section 4.5) have in common: a client that can prove who it is brings a token
that speaks for somebody, and gets an access token for it; never a refresh token, since it can come again."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import UnauthorizedClientError
from oauthlib.oauth2.rfc6749.grant_types.base import GrantTypeBase


class ExtensionGrant(GrantTypeBase):
    """Asks the checks in ``post_token`` one after the other, and answers with an access token."""

    def answer(self, request: Any, token_handler: Any) -> dict[str, Any]:
        """One answer of the token endpoint. Raises oauthlib's errors."""
        self._validate(request)
        token = {**token_handler.create_token(request, refresh_token=False), **self.more(request)}
        self.request_validator.save_token(token, request)
        return token

    def more(self, _request: Any) -> dict[str, str]:
        """Further members of the answer."""
        return {}

    def _validate(self, request: Any) -> None:
        for check in self.custom_validators.pre_token:
            check(request)
        self.validate_client_authentication(request)
        try:
            self.validate_grant_type(request)
        except UnauthorizedClientError:
            description = f"This client is not registered for the grant {request.grant_type}."
            raise UnauthorizedClientError(description=description, request=request) from None
        for check in self.custom_validators.post_token:
            check(request)
