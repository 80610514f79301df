"""One client of the portal, whose requests a test makes one by one."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

import webtest

from sso_testkit.browser import Tab
from sso_testkit.relying_party.arrival import arrived
from sso_testkit.relying_party.authorization_request import AuthorizationRequest
from sso_testkit.relying_party.endpoint_answer import EndpointAnswer
from sso_testkit.relying_party.redirect_page import RedirectPage
from sso_testkit.relying_party.server_calls import ServerCalls
from sso_testkit.relying_party.signatures import verified_claims
from sso_testkit.relying_party.surroundings import Surroundings

VERIFIER = "a-verifier-of-more-than-forty-three-characters-in-all"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


class Decrypting(Protocol):
    """A key for which the portal encrypts answers."""

    def decrypt(self, token: str) -> str:
        """What a JWE for this key says."""


class Proving(Protocol):
    """A key that calls prove to have (RFC 9449); it makes them through the client it is given."""

    def call(self, http: webtest.TestApp, address: str, fields: dict[str, str]) -> Any:
        """POST a form with a proof."""

    def userinfo(self, http: webtest.TestApp, access_token: str) -> Any:
        """Ask who a token stands for that is bound to this key."""


@dataclass
class RelyingParty:
    """One client of the portal, with or without a secret. Every method sends what a good site would; parameters given
    by name are changed or added, and left out where they are ``None``."""

    sso: Surroundings
    client_id: str
    secret: str | None = field(repr=False)
    redirect_uri: str
    # What answers are encrypted for.
    key: Decrypting | None = None

    @classmethod
    def register(cls, sso: Surroundings, client_id: str = "rp", **metadata: Any) -> RelyingParty:
        """Register a client and put its site into the world."""
        address = f"https://{client_id}.example.test"
        metadata.setdefault("redirect_uris", [f"{address}/cb"])
        metadata.setdefault("consent", "silent")
        metadata.setdefault("client_name", f"Site {client_id}")
        metadata.setdefault("client_uri", f"{address}/")
        secret = sso.add_client(client_id, **metadata)
        sso.world.add(address, RedirectPage())
        uris = metadata["redirect_uris"]
        return cls(sso, client_id, secret, uris[0])

    @property
    def issuer(self) -> str:
        """The portal's address."""
        return str(self.sso.portal.issuer)

    # Through a person's browser ---------------------------------------------------------------------------------

    def authorization_request(self, **changes: str | None) -> AuthorizationRequest:
        """The authorization request, to be opened in a browser (OpenID Connect Core 1.0 section 3.1.2.1)."""
        redirect_uri = changes.get("redirect_uri") or self.redirect_uri
        return AuthorizationRequest(
            self.sso, self.url(**changes), redirect_uri, lambda tab: self.answer(tab, redirect_uri)
        )

    def pushed_request(self, request_uri: str, **outside: str) -> AuthorizationRequest:
        """The request that :meth:`push` has left at the portal, to be opened in a browser (RFC 9126 section 4)."""
        return AuthorizationRequest(self.sso, self.pushed_url(request_uri, **outside), self.redirect_uri, self.answer)

    def url(self, **changes: str | None) -> str:
        """The authorization request's address."""
        parameters: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid profile email",
            "state": "the-state",
            "nonce": "the-nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        return f"{self.issuer}/o/authorize/?{urlencode(_kept(parameters))}"

    def pushed_url(self, request_uri: str, **outside: str) -> str:
        """The address at which a browser brings a pushed request."""
        fields = {"client_id": self.client_id, "request_uri": request_uri, **outside}
        return f"{self.issuer}/o/authorize/?{urlencode(fields)}"

    def end_session_url(self, **parameters: str | None) -> str:
        """The address at which the site sends a person to sign out: nothing but what is given, ``id_token_hint`` and
        ``post_logout_redirect_uri`` for example (OpenID Connect RP-Initiated Logout 1.0 section 2)."""
        return f"{self.issuer}/o/logout/?{urlencode(_kept(parameters))}"

    def answer(self, tab: Tab, redirect_uri: str = "") -> dict[str, str]:
        """The parameters with which the browser has come back to the site: in query, fragment or form."""
        return self.opened(arrived(tab, redirect_uri or self.redirect_uri))

    def opened(self, answer: dict[str, str]) -> dict[str, str]:
        """The parameters as they are, or those of the JWT that holds them all, which is checked (JARM, section 2.4)."""
        if "response" not in answer:
            return answer
        assert set(answer) == {"response"}, f"beside the JWT there is {set(answer)}"
        token = answer["response"]
        if self.key is not None:
            token = self.key.decrypt(token)
        claims = self.claims(token)
        assert (claims["iss"], claims.pop("aud")) == (self.issuer, self.client_id)
        assert 0 < claims.pop("exp") - self.sso.clock.now() <= 600
        return claims

    def code(self, tab: Tab, **changes: str | None) -> str:
        """A code for the person who is signed in in ``tab``."""
        tab.open(self.url(**changes))
        return self.answer(tab)["code"]

    # From server to server --------------------------------------------------------------------------------------

    def exchange(self, code: str, *, dpop: Proving | None = None, **changes: str | None) -> EndpointAnswer:
        """Exchange a code for tokens (RFC 6749 section 4.1.3)."""
        fields: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": VERIFIER,
            **changes,
        }
        return self.token(dpop=dpop, **fields)

    redeem = exchange

    def refresh(self, refresh_token: str, *, dpop: Proving | None = None, **changes: str | None) -> EndpointAnswer:
        """Exchange a refresh token (RFC 6749 section 6)."""
        fields: dict[str, str | None] = {"grant_type": "refresh_token", "refresh_token": refresh_token, **changes}
        return self.token(dpop=dpop, **fields)

    def userinfo(self, access_token: str, *, dpop: Proving | None = None) -> EndpointAnswer:
        """Ask who an access token stands for (OpenID Connect Core 1.0 section 5.3)."""
        if dpop is not None:
            return _answer(dpop.userinfo(self.http(), access_token))
        headers = {"Authorization": f"Bearer {access_token}"}
        return _answer(self.http().get(f"{self.issuer}/o/userinfo/", headers=headers, status="*"))

    def introspect(self, token: str, **fields: str | None) -> EndpointAnswer:
        """Ask what a token stands for (RFC 7662)."""
        return self.call("introspect", dpop=None, **{"token": token, **fields})

    def revoke(self, token: str, **fields: str | None) -> EndpointAnswer:
        """Give a token back (RFC 7009)."""
        return self.call("revoke", dpop=None, **{"token": token, **fields})

    def push(self, **changes: str | None) -> EndpointAnswer:
        """Push the request that :meth:`url` would make (RFC 9126 section 2)."""
        fields = dict(parse_qsl(urlsplit(self.url()).query)) | changes
        return self.call("par", dpop=None, **fields)

    def token(self, *, dpop: Proving | None = None, **fields: str | None) -> EndpointAnswer:
        """A call of the token endpoint, authenticated by the secret in the body."""
        return self.call("token", dpop=dpop, **fields)

    def call(self, endpoint: str, *, dpop: Proving | None = None, **fields: str | None) -> EndpointAnswer:
        """A call of an endpoint below ``/o/``, authenticated by the secret in the body; with a proof by ``dpop``."""
        form = _kept({"client_id": self.client_id, "client_secret": self.secret, **fields})
        address = f"{self.issuer}/o/{endpoint}/"
        if dpop is not None:
            return _answer(dpop.call(self.http(), address, form))
        return _answer(self.http().post(address, form, status="*"))

    def claims(self, token: str) -> dict[str, Any]:
        """What a token says that the portal signed, verified by its published keys."""
        return verified_claims(token, self.http().get(f"{self.issuer}/o/jwks/").json)

    def http(self) -> ServerCalls:
        """A client without cookies."""
        return ServerCalls(self.sso, urlsplit(self.redirect_uri).netloc or self.client_id, self.claims)


def _kept(parameters: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if value is not None}


def _answer(given: Any) -> EndpointAnswer:
    assert isinstance(given, EndpointAnswer)
    return given
