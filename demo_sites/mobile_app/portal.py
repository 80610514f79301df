"""What the app asks of the portal. It is a public client: it has no secret, for everybody can take an app apart."""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from oauthlib.oauth2 import DeviceClient, LegacyApplicationClient

from demo_sites.mobile_app.telling import Stopped, shown
from sso_client.backchannel import Backchannel, HttpFactory
from sso_client.clock import Clock
from sso_client.discovery import Discovery, Metadata
from sso_client.documents import Documents
from sso_client.errors import PortalUnavailable, is_error_code
from sso_client.hashing import base64url_of_sha256
from sso_client.json_answer import read_object, text_member
from sso_client.settings import Settings
from sso_client.store import IN_MEMORY, Store
from sso_client.token_session import TokenSession
from sso_client.tokens import Tokens, read_tokens

USUAL_INTERVAL = 5
"""Seconds between two polls when the portal names none (RFC 8628, section 3.2)."""

LONGEST_WAIT = 3600
LONGEST_TEXT = 1000
"""Characters of what a device shows; more do not fit into a QR code that a telephone reads."""


@dataclass(frozen=True)
class DeviceCode:
    """What a device got (RFC 8628, section 3.2). expires_in, interval: seconds."""

    device_code: str = field(repr=False)
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


class Portal:
    """The portal at an address, as the app ``client_id`` sees it."""

    def __init__(self, issuer: str, client_id: str, http: HttpFactory, clock: Clock) -> None:
        """Nothing is asked yet."""
        self.issuer, self.client_id, self.clock = issuer, client_id, clock
        settings = Settings(issuer=issuer, client_id=client_id, client_secret="", scope=(), store=IN_MEMORY)
        self._backchannel = Backchannel(http, settings.timeout)
        self._discovery = Discovery(settings, self._backchannel, Documents(Store(IN_MEMORY), clock), clock)

    def metadata(self) -> Metadata:
        """What the portal says of itself (RFC 8414). Raises Stopped when it does not answer."""
        try:
            return self._discovery.metadata()
        except PortalUnavailable:
            raise Stopped(f"The portal at {self.issuer} does not answer as a portal does. Is it running?") from None

    def by_password(self, username: str, password: str) -> Tokens:
        """Tokens for a user name and a password (RFC 6749, section 4.3). Raises TokenRefused, PortalUnavailable."""
        with self._session(LegacyApplicationClient(self.client_id)) as session:
            return self._tokens(
                session.fetch(self._token_endpoint, username=username, password=password, include_client_id=True)
            )

    def address(self, redirect_uri: str, scope: str, resource: str, state: str, verifier: str) -> str:
        """Where the browser is sent, with the challenge of PKCE (RFC 6749, section 4.1.1; RFC 7636, section 4.3)."""
        asked = {"client_id": self.client_id, "redirect_uri": redirect_uri, "scope": scope.split()}
        with TokenSession(self._backchannel, **asked) as session:
            return session.redirect_to(
                self.metadata().authorization_endpoint,
                state,
                code_challenge=base64url_of_sha256(verifier),
                code_challenge_method="S256",
                resource=resource,
            )

    def by_code(self, code: str, redirect_uri: str, verifier: str) -> Tokens:
        """Tokens for a code. Raises TokenRefused, PortalUnavailable."""
        with TokenSession(self._backchannel, client_id=self.client_id, redirect_uri=redirect_uri) as session:
            return self._tokens(
                session.fetch(self._token_endpoint, code=code, code_verifier=verifier, include_client_id=True)
            )

    def by_device_code(self, device_code: str, resource: str) -> Tokens:
        """One poll (RFC 8628, section 3.4). Raises TokenRefused, PortalUnavailable."""
        with self._session(DeviceClient(self.client_id)) as session:
            return self._tokens(
                session.fetch(self._token_endpoint, device_code=device_code, resource=resource, include_client_id=True)
            )

    def renewed(self, tokens: Tokens) -> Tokens:
        """New tokens for a refresh token (RFC 6749, section 6). Raises TokenRefused, PortalUnavailable."""
        with TokenSession(self._backchannel, client_id=self.client_id) as session:
            return self._tokens(
                session.renew(self._token_endpoint, refresh_token=tokens.refresh_token, client_id=self.client_id)
            )

    def device_code(self, scope: str) -> DeviceCode:
        """Begin on a device (RFC 8628, section 3.1). Raises Stopped, PortalUnavailable."""
        endpoint = self.metadata().device_authorization_endpoint
        if not endpoint:
            raise Stopped(f"The portal at {self.issuer} lets no devices in.")
        answer = self._backchannel.send("POST", endpoint, data={"client_id": self.client_id, "scope": scope})
        try:
            body = read_object(answer.content)
            if answer.status_code != 200:
                raise Stopped(f"The portal gave the device no code: {_error_in(body)}.")
            return _device_code(body)
        except ValueError:
            raise PortalUnavailable("the device endpoint gave no usable answer") from None

    def revoke(self, token: str) -> int:
        """Take a token back (RFC 7009); answers the status. Raises PortalUnavailable."""
        endpoint = self.metadata().revocation_endpoint
        if not endpoint:
            raise PortalUnavailable("the portal names no revocation endpoint")
        return self._backchannel.send("POST", endpoint, data={"client_id": self.client_id, "token": token}).status_code

    @property
    def _token_endpoint(self) -> str:
        return self.metadata().token_endpoint

    def _session(self, client: Any) -> TokenSession:
        return TokenSession(self._backchannel, client=client)

    def _tokens(self, answer: dict[str, Any]) -> Tokens:
        return read_tokens(answer, self.clock.now())


def _device_code(body: dict[str, Any]) -> DeviceCode:
    """Raises ValueError for what is no answer of a device endpoint."""
    names = ("device_code", "user_code", "verification_uri", "verification_uri_complete")
    device_code, user_code, address, complete = (_printable(text_member(body, name)) for name in names)
    if not (device_code and user_code and address):
        raise ValueError("a member is missing")
    return DeviceCode(
        device_code=device_code,
        user_code=user_code,
        verification_uri=address,
        verification_uri_complete=complete,
        expires_in=_seconds(body.get("expires_in"), LONGEST_WAIT),
        interval=_seconds(body.get("interval", USUAL_INTERVAL), 60),
    )


def _printable(text: str) -> str:
    return text if text.isprintable() and len(text) <= LONGEST_TEXT else ""


def _seconds(value: object, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError("no number of seconds")
    return min(value, most)


def _error_in(body: dict[str, Any]) -> str:
    code = text_member(body, "error")
    return shown(code) if is_error_code(code) else "it gave no reason"
