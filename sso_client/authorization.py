"""The authorization request: the address that the browser is sent to (OpenID Connect Core section 3.1.2.1)."""

from __future__ import annotations

from sso_client.attempt import Attempt
from sso_client.backchannel import Backchannel
from sso_client.discovery import Metadata
from sso_client.hashing import base64url_of_sha256
from sso_client.settings import Settings
from sso_client.token_session import TokenSession


class AuthorizationRequests:
    """Writes authorization requests with PKCE S256 (RFC 7636) by requests-oauthlib's OAuth2Session."""

    def __init__(self, settings: Settings, backchannel: Backchannel) -> None:
        self._settings = settings
        self._backchannel = backchannel

    def address(self, metadata: Metadata, attempt: Attempt, *, login_hint: str = "", id_token_hint: str = "") -> str:
        """Return the address for `attempt`; the same attempt and hints always give the same address."""
        hints = {"login_hint": login_hint, "id_token_hint": id_token_hint}
        with TokenSession(
            self._backchannel,
            client_id=self._settings.client_id,
            redirect_uri=attempt.redirect_uri,
            scope=list(self._settings.scope),
        ) as session:
            return session.redirect_to(
                metadata.authorization_endpoint,
                attempt.state,
                nonce=attempt.nonce,
                code_challenge=base64url_of_sha256(attempt.verifier),
                code_challenge_method="S256",
                **self._wishes(attempt),
                **{name: value for name, value in hints.items() if value},
            )

    def _wishes(self, attempt: Attempt) -> dict[str, str]:
        asked, demand = dict(self._settings.extra_params), attempt.demand
        if demand is None:
            return asked
        ages = [age for age in (self._settings.max_age, demand.max_age) if age is not None]
        # What the site asks for everywhere, and what the page asks for: the stricter counts.
        return {**asked, **demand.parameters(), **({"max_age": str(min(ages))} if ages else {})}
