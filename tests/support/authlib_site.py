"""A site that uses Authlib, as Authlib's integrations for web frameworks do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from authlib.oidc.core import IDToken
from authlib.oidc.core.claims import InvalidClaimError
from joserfc.jwk import ECKey

from tests.support.person import Arrival
from tests.support.registrations import CALLBACK

LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


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


class _LogoutToken(IDToken):
    """OpenID Connect Back-Channel Logout 1.0, section 2.6: the library has none, but all that one is made of."""

    ESSENTIAL_CLAIMS: ClassVar[list[str]] = ["iss", "sub", "aud", "exp", "iat", "jti", "sid", "events"]

    def validate(self, now: int | None = None, leeway: int = 0) -> None:
        """Check every claim, and that it is no id_token."""
        super().validate(now, leeway)
        if self.header.get("typ") != "logout+jwt" or LOGOUT not in self["events"]:
            raise InvalidClaimError("events")
        if "nonce" in self:
            raise InvalidClaimError("nonce")


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
        self._client_id = client_id
        self.discovered = self._app.load_server_metadata()
        self._sent: dict[str, Any] = {}
        self.people: dict[str, str] = {}
        """Who is signed in here: ``sid`` to ``sub``."""

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
        claims = self.verified(tokens, self._sent["nonce"])
        self.people[claims["sid"]] = claims["sub"]
        return tokens, claims

    def verified(self, tokens: dict[str, Any], nonce: str | None = None) -> dict[str, Any]:
        """The claims of the id_token among ``tokens``, its signature and its claims checked."""
        return dict(self._app.parse_id_token(tokens, nonce, leeway=0))

    def sign_out_url(self, id_token: str, **parameters: str) -> str:
        """Where people are sent who sign out here."""
        return str(self._app.create_logout_url(id_token_hint=id_token, **parameters)["url"])

    def hear(self, token: str) -> None:
        """Take a logout token: its person's session here ends. Raises what the library raises for one that is none."""
        options = {"iss": {"value": self.discovered["issuer"]}, "aud": {"value": self._client_id}}
        claims = self._app.parse_id_token(
            {"id_token": token}, None, claims_options=options, claims_cls=_LogoutToken, leeway=0
        )
        if self.people.get(claims["sid"]) == claims["sub"]:
            del self.people[claims["sid"]]

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
