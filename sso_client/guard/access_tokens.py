"""Access tokens of whatever kind: each is checked in the way that its form and the settings ask for."""

from __future__ import annotations

from sso_client.guard.access import Access
from sso_client.guard.introspected_tokens import IntrospectedTokens
from sso_client.guard.jwt_tokens import JwtTokens
from sso_client.guard.settings import GuardSettings
from sso_client.guard.token_form import JWT, form_of
from sso_client.signed_token import TokenFault


class AccessTokens:
    """Reads access tokens."""

    def __init__(self, settings: GuardSettings, signed: JwtTokens, introspected: IntrospectedTokens) -> None:
        self._settings = settings
        self._signed = signed
        self._introspected = introspected

    def read(self, token: str) -> Access:
        """Return what `token` opens. Raises TokenFault, or PortalUnavailable when nobody can tell."""
        form, check = form_of(token, self._settings), self._settings.check
        if check == "jwt" and form != JWT:
            raise TokenFault("form", "it does not look like a token for this API")
        if form == JWT and check != "introspection":
            return self._signed.read(token)
        return self._introspected.read(token)
