"""From a code to a person whose identity is proven: the exchange, the id_token's checks, the rest of the claims."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sso_client.attempt import Attempt
from sso_client.errors import CodeRefused, TokenRefused
from sso_client.exchange import Exchange
from sso_client.id_token import Expected, IdTokenChecks
from sso_client.settings import Settings
from sso_client.tokens import Tokens
from sso_client.userinfo import UserInfo


@dataclass(frozen=True, slots=True)
class Proof:
    """A person's checked claims, the scope that was granted, and her tokens."""

    claims: dict[str, Any]
    scope: str
    tokens: Tokens


class Proofs:
    """Turns codes into proofs."""

    def __init__(self, settings: Settings, exchange: Exchange, checks: IdTokenChecks, userinfo: UserInfo) -> None:
        self._settings = settings
        self._exchange = exchange
        self._checks = checks
        self._userinfo = userinfo

    def of(self, code: str, attempt: Attempt) -> Proof:
        """Exchange `code` and check what it brings.

        Raises CodeRefused, IdTokenRefused, DemandUnmet, or PortalUnavailable; nothing is kept of what came before.
        """
        try:
            tokens = self._exchange.code(code, attempt)
        except TokenRefused as refusal:
            raise CodeRefused(str(refusal), misconfigured=refusal.code != "invalid_grant") from refusal
        expected = Expected(
            issuer=self._settings.issuer,
            client_id=self._settings.client_id,
            nonce=attempt.nonce,
            access_token=tokens.access_token,
            max_age=self._settings.max_age,
        )
        proven = self._checks.claims(tokens.id_token, expected)
        if attempt.demand is not None:
            attempt.demand.check(proven, attempt.started)
        claims = self._userinfo.completed(proven, tokens)
        # RFC 6749 section 5.1: the scope may be left out when it is what was asked for.
        return Proof(claims, tokens.scope or " ".join(self._settings.scope), self._for_api(tokens))

    def _for_api(self, tokens: Tokens) -> Tokens:
        """The tokens to keep. The first access token has opened userinfo, and an API takes only tokens that are for it:
        it counts as ended, so that the first call refreshes for the API."""
        is_wanted = self._settings.resource and tokens.refresh_token
        return replace(tokens, expires=0) if is_wanted else tokens
