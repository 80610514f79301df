"""A scriptable relying party: every parameter of the protocol in the test's hand."""

from __future__ import annotations

import base64
import hashlib
import warnings
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import webtest
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import KeySet

from sso_testkit import SingleSignOn
from sso_testkit.browser import Tab
from sso_testkit.sso import PORTAL
from tests.support.dpop import DpopKey
from tests.support.keys import EncryptionKey

VERIFIER = "a-verifier-of-more-than-forty-three-characters-in-all"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


class Site:
    """What stands at the redirect URI: it shows what arrived."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"arrived"]


@dataclass
class RelyingParty:
    """One client of the portal, with or without a secret."""

    sso: SingleSignOn
    client_id: str
    secret: str | None
    redirect_uri: str
    # What answers are encrypted for.
    key: EncryptionKey | None = None

    @classmethod
    def register(cls, sso: SingleSignOn, client_id: str = "rp", **metadata: Any) -> RelyingParty:
        """Register a client and put its site into the world."""
        address = f"https://{client_id}.example.test"
        metadata.setdefault("redirect_uris", [f"{address}/cb"])
        metadata.setdefault("consent", "silent")
        metadata.setdefault("client_name", f"Site {client_id}")
        metadata.setdefault("client_uri", f"{address}/")
        secret = sso.add_client(client_id, **metadata)
        sso.world.add(address, Site())
        uris = metadata["redirect_uris"]
        return cls(sso, client_id, secret, uris[0])

    def url(self, **changes: str | None) -> str:
        """The authorization request, with parameters changed, added, or left out (``None``)."""
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
        kept = {name: value for name, value in parameters.items() if value is not None}
        return f"{PORTAL}/o/authorize/?{urlencode(kept)}"

    def answer(self, tab: Tab) -> dict[str, str]:
        """The parameters with which the browser has come back to the site: in query, fragment or form."""
        form = tab.page.html.find("form", attrs={"data-submit": True}) if "data-submit" in tab.text else None
        if form is not None:
            assert form["action"] == self.redirect_uri, f"the form leads to {form['action']}"
            return self.opened({field["name"]: field["value"] for field in form.find_all("input")})
        assert tab.url.startswith(self.redirect_uri), f"the browser is at {tab.url}"
        # The request's own address has no fragment: a browser keeps it to itself.
        parts = urlsplit(tab.hops[-1].partition(" ")[2])
        return self.opened(dict(parse_qsl(parts.query)) | dict(parse_qsl(parts.fragment)))

    def opened(self, answer: dict[str, str]) -> dict[str, str]:
        """The parameters as they are, or those of the JWT that holds them all, which is checked (JARM, section 2.4)."""
        if "response" not in answer:
            return answer
        assert set(answer) == {"response"}, f"beside the JWT there is {set(answer)}"
        token = answer["response"]
        if self.key is not None:
            token = self.key.decrypt(token)
        claims = self.claims(token)
        assert (claims["iss"], claims.pop("aud")) == (PORTAL, self.client_id)
        assert 0 < claims.pop("exp") - self.sso.clock.now() <= 600
        return claims

    def claims(self, token: str) -> dict[str, Any]:
        """What a token says that the portal signed, verified by its published keys."""
        keys = KeySet.import_key_set(self.http().get(f"{PORTAL}/o/jwks/").json)
        with warnings.catch_warnings():
            # EdDSA has a newer name, which nobody uses yet.
            warnings.simplefilter("ignore", SecurityWarning)
            return dict(jwt.decode(token, keys, algorithms=["RS256", "PS256", "ES256", "EdDSA"]).claims)

    def code(self, tab: Tab, **changes: str | None) -> str:
        """A code for the person who is signed in in ``tab``."""
        tab.open(self.url(**changes))
        return self.answer(tab)["code"]

    def token(self, *, dpop: DpopKey | None = None, **fields: str | None) -> webtest.TestResponse:
        """A call of the token endpoint, authenticated by the secret in the body."""
        return self.call("token", dpop=dpop, **fields)

    def call(self, endpoint: str, *, dpop: DpopKey | None = None, **fields: str | None) -> webtest.TestResponse:
        """A call of an endpoint below ``/o/``, authenticated by the secret in the body; with a proof by ``dpop``."""
        form: dict[str, str | None] = {"client_id": self.client_id, "client_secret": self.secret, **fields}
        kept = {name: value for name, value in form.items() if value is not None}
        if dpop is not None:
            return dpop.call(self.http(), f"{PORTAL}/o/{endpoint}/", kept)
        return self.http().post(f"{PORTAL}/o/{endpoint}/", kept, status="*")

    def push(self, **changes: str | None) -> webtest.TestResponse:
        """Push the request that :meth:`url` would make."""
        fields = dict(parse_qsl(urlsplit(self.url()).query)) | changes
        return self.call("par", **fields)

    def pushed_url(self, request_uri: str, **outside: str) -> str:
        """The address at which a browser brings a pushed request."""
        fields = {"client_id": self.client_id, "request_uri": request_uri, **outside}
        return f"{PORTAL}/o/authorize/?{urlencode(fields)}"

    def introspect(self, token: str, **fields: str | None) -> webtest.TestResponse:
        """Ask what a token stands for."""
        return self.call("introspect", token=token, **fields)

    def revoke(self, token: str, **fields: str | None) -> webtest.TestResponse:
        """Give a token back."""
        return self.call("revoke", token=token, **fields)

    def redeem(self, code: str, *, dpop: DpopKey | None = None, **changes: str | None) -> webtest.TestResponse:
        """Exchange a code."""
        fields: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": VERIFIER,
            **changes,
        }
        return self.token(dpop=dpop, **fields)

    def refresh(
        self, refresh_token: str, *, dpop: DpopKey | None = None, **changes: str | None
    ) -> webtest.TestResponse:
        """Exchange a refresh token."""
        return self.token(dpop=dpop, grant_type="refresh_token", refresh_token=refresh_token, **changes)

    def userinfo(self, access_token: str, *, dpop: DpopKey | None = None) -> webtest.TestResponse:
        """Ask who an access token stands for."""
        if dpop is not None:
            return dpop.userinfo(self.http(), access_token)
        headers = {"Authorization": f"Bearer {access_token}"}
        return self.http().get(f"{PORTAL}/o/userinfo/", headers=headers, status="*")

    def http(self) -> webtest.TestApp:
        """A client without cookies."""
        return webtest.TestApp(self.sso.world)
