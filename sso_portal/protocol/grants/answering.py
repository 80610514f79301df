"""The answer of the token endpoint, as an object: oauthlib would write JSON, which would have to be read again."""

from __future__ import annotations

from typing import Any


class Answering:
    """What the grants of the token endpoint have in common."""

    gives_refresh_token = True
    """Whether an answer may have one, if the client is registered for it."""

    validate_token_request: Any
    request_validator: Any
    _token_modifiers: Any

    def answer(self, request: Any, token_handler: Any) -> dict[str, Any]:
        """What ``create_token_response`` does: every check and hook, then the tokens. Raises oauthlib's errors."""
        self.validate_token_request(request)
        token: dict[str, Any] = token_handler.create_token(request, refresh_token=self.gives_refresh_token)
        for modifier in self._token_modifiers:
            token = modifier(token, token_handler, request)
        self.request_validator.save_token(token, request)
        return token
