"""A site that uses Authlib, as Authlib's integrations for web frameworks do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from joserfc.jwk import ECKey

from tests.support.person import Arrival
from tests.support.registrations import CALLBACK


class _Local(OAuth2Session):
    """Without the proxies of this machine's environment."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, default_timeout=30, **options)
        self.trust_env = False


class _Framework:
    """Where a web framework would put new tokens into its session."""

    def update_token(self, token: dict[str, Any], **replaced: Any) -> None:
        """Nothing is kept here; the tests do that."""


class _App(OAuth2Mixin, OpenIDMixin, BaseApp):
    client_cls = _Local


class AuthlibSite:
    """What one client does with the library."""

    def __init__(
        self, issuer: str, client_id: str, secret: str, *, method: str = "client_secret_basic", key: ECKey | None = None
    ) -> None:
        """``key`` signs the assertions of private_key_jwt."""
        ways = [ClientSecretJWT(), PrivateKeyJWT(alg="ES256", headers={"kid": key.kid} if key else None)]
        self._app = _App(
            _Framework(),
            client_id=client_id,
            client_secret=key if key else secret or None,
            client_kwargs={
                "scope": "openid profile email",
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": method,
                "revocation_endpoint_auth_method": method,
            },
            client_auth_methods=ways,
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        )
        self.discovered = self._app.load_server_metadata()
        self._sent: dict[str, Any] = {}

    def authorization_url(self, **parameters: str) -> str:
        """Where people are sent, with a fresh state, nonce and PKCE challenge."""
        self._sent = self._app.create_authorization_url(CALLBACK, **parameters)
        return str(self._sent["url"])

    def code_grant(self, arrival: Arrival) -> tuple[dict[str, Any], dict[str, Any]]:
        """Exchange what a person has brought; answers the tokens, and the claims of the verified id_token."""
        tokens = self._app.fetch_access_token(
            redirect_uri=CALLBACK,
            authorization_response=arrival.address,
            state=self._sent["state"],
            code_verifier=self._sent["code_verifier"],
        )
        return tokens, self.verified(tokens, self._sent["nonce"])

    def verified(self, tokens: dict[str, Any], nonce: str | None = None) -> dict[str, Any]:
        """The claims of the id_token among ``tokens``, its signature and its claims checked."""
        return dict(self._app.parse_id_token(tokens, nonce, leeway=0))

    def fetch_token(self, **parameters: str) -> dict[str, Any]:
        """Any other grant."""
        return dict(self._app.fetch_access_token(**parameters))

    def userinfo(self, tokens: dict[str, Any]) -> dict[str, Any]:
        """Ask who an access token stands for."""
        return dict(self._app.userinfo(token=tokens))

    @contextmanager
    def session(self) -> Iterator[OAuth2Session]:
        """The library's session, for what the integrations have no function for."""
        with self._app._get_oauth_client(**self.discovered) as session:
            yield session
