"""A client that is held to FAPI 2.0, and does everything that the profile wants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import DpopKey, assertion_claims, assertion_fields, jwk_set, key_for, signed
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

KEY = key_for("ES256", "fapi")
RSA = key_for("RS256", "fapi-rsa")

FAPI2: dict[str, Any] = {
    "profile": "fapi2",
    "token_endpoint_auth_method": "private_key_jwt",
    "jwks": jwk_set(KEY, RSA),
    "require_pushed_authorization_requests": True,
    "dpop_bound_access_tokens": True,
    "id_token_signed_response_alg": "ES256",
}
"""A registration that falls short of nothing."""

MESSAGE_SIGNING: dict[str, Any] = {
    **FAPI2,
    "profile": "fapi2-message-signing",
    "require_signed_request_object": True,
    "authorization_signed_response_alg": "PS256",
    "introspection_signed_response_alg": "PS256",
}
"""The same for messages that are signed."""


@dataclass
class ProfiledClient:
    """What its developers have written."""

    site: RelyingParty
    dpop: DpopKey

    @classmethod
    def register(cls, sso: SingleSignOn, client_id: str = "bank", **metadata: Any) -> ProfiledClient:
        """Register it; its keys are there."""
        site = RelyingParty.register(sso, client_id, **{**FAPI2, **metadata})
        return cls(site, DpopKey(sso))

    def assertion(self, **changes: Any) -> dict[str, str]:
        """A good client assertion: for the issuer alone."""
        claims = assertion_claims(self.site.client_id, self.site.sso.clock.now(), **{"aud": PORTAL, **changes})
        return assertion_fields(signed(claims, KEY))

    def push(self, **changes: str | None) -> webtest.TestResponse:
        """Push a request."""
        return self.site.push(**self.assertion(), **changes)

    def push_signed(self, **changes: Any) -> webtest.TestResponse:
        """Push a request object."""
        site, now = self.site, self.site.sso.clock.now()
        said = {"iss": site.client_id, "aud": PORTAL, "nbf": now, "exp": now + 60, "response_mode": "jwt", **changes}
        asked = {name: value for name, value in {**_parameters(site), **said}.items() if value is not None}
        return site.call("par", **self.assertion(), request=signed(asked, KEY))

    def arrive(self, browser: Browser, pushed: webtest.TestResponse) -> dict[str, str]:
        """Send the browser with what was pushed; the answer."""
        assert pushed.status_int == 201, pushed.text
        browser.open(self.site.pushed_url(pushed.json["request_uri"]))
        return self.site.answer(browser)

    def redeem(self, code: str, **changes: Any) -> webtest.TestResponse:
        """Exchange a code, with a proof."""
        return self._with_proof(lambda **more: self.site.redeem(code, **more), **changes)

    def refresh(self, token: str, **changes: Any) -> webtest.TestResponse:
        """Exchange a refresh token, with a proof."""
        return self._with_proof(lambda **more: self.site.refresh(token, **more), **changes)

    def _with_proof(self, call: Any, **changes: Any) -> webtest.TestResponse:
        # An assertion is good once: the nonce has to be right the first time.
        return call(**{"dpop": self.dpop.fresh(), **self.assertion(), **changes})


def _parameters(site: RelyingParty) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(site.url()).query))
