"""Access tokens: saving them, and judging the ones that come back (RFC 6750)."""

from __future__ import annotations

from typing import Any

from sso_portal.protocol.call import call_of


class BearerAnswers:
    """Saving tokens, checking access tokens, answering userinfo."""

    def save_bearer_token(self, token: dict[str, Any], request: Any, *_args: Any, **_kwargs: Any) -> None:
        """Remember the tokens of one answer, by hash."""
        call = call_of(request)
        if call.family is None:
            raise TypeError("tokens belong to a family")
        call.services.tokens.save(
            call.family,
            access_token=token["access_token"],
            access_scope=token.get("scope", ""),
            refresh_token=token.get("refresh_token"),
        )

    def validate_bearer_token(self, token: str | None, scopes: list[str], request: Any) -> bool:
        """Whether an access token lives; what it stands for is kept on the call."""
        call = call_of(request)
        call.access = call.services.tokens.find_access(token) if token else None
        if call.access is None:
            return False
        request.scopes = list(call.access.scopes)
        return True
