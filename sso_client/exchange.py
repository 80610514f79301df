"""The two things the site asks of the token endpoint: tokens for a code, and new tokens for a refresh token."""

from __future__ import annotations

from typing import Any

from sso_client.attempt import Attempt
from sso_client.backchannel import Backchannel
from sso_client.clock import Clock
from sso_client.credentials import basic_authentication, posted_credentials
from sso_client.discovery import Discovery
from sso_client.settings import Settings
from sso_client.token_session import TokenSession
from sso_client.tokens import Tokens, read_tokens


class Exchange:
    """Speaks to the token endpoint, with the site's own credentials."""

    def __init__(self, settings: Settings, discovery: Discovery, backchannel: Backchannel, clock: Clock) -> None:
        self._settings = settings
        self._discovery = discovery
        self._backchannel = backchannel
        self._clock = clock

    def code(self, code: str, attempt: Attempt) -> Tokens:
        """Exchange `code` for tokens, proving by the verifier that this site began the attempt (RFC 7636 section 4.5).

        Raises TokenRefused when the portal says no, PortalUnavailable when it gives no usable answer.
        """
        endpoint = self._discovery.metadata().token_endpoint
        # The session gets no scope: a person may have declined a part of it, which oauthlib would call an error.
        with TokenSession(
            self._backchannel, client_id=self._settings.client_id, redirect_uri=attempt.redirect_uri
        ) as session:
            answer = session.fetch(
                endpoint,
                code=code,
                code_verifier=attempt.verifier,
                **self._credentials(refresh=False),
            )
        return read_tokens(answer, self._clock.now())

    def refresh(self, refresh_token: str) -> Tokens:
        """Exchange `refresh_token` for new tokens; the answer's refresh token is the old one when it is not rotated.
        The access token is for the API that the settings name, if they do (RFC 8707 section 2.2).

        Raises TokenRefused when the portal says no, PortalUnavailable when it gives no usable answer.
        """
        endpoint = self._discovery.metadata().token_endpoint
        with TokenSession(self._backchannel, client_id=self._settings.client_id) as session:
            answer = session.renew(
                endpoint, refresh_token=refresh_token, **self._credentials(refresh=True), **self._target()
            )
        return read_tokens(answer, self._clock.now())

    def _target(self) -> dict[str, str]:
        return {"resource": self._settings.resource} if self._settings.resource else {}

    def _credentials(self, *, refresh: bool) -> dict[str, Any]:
        authentication = basic_authentication(self._settings)
        if authentication is not None:
            return {"auth": authentication}
        posted = posted_credentials(self._settings)
        return posted if refresh else {"include_client_id": True, "client_secret": posted["client_secret"]}
