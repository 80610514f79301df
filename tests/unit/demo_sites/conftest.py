"""The two sites as they are, with the real kit inside; only the portal's metadata comes from here."""

from __future__ import annotations

import importlib
import io
import json
from collections.abc import Callable

import pytest
import requests
from requests.adapters import BaseAdapter
from webtest import TestApp

from sso_client.story import Step, Story, length_of
from sso_client.tokens import Tokens

ISSUER = "https://portal.example.test"
TOKEN = "-".join(("token", "that", "no", "page", "may", "show"))
SITES = ("project_center", "talent_center")


class Metadata(BaseAdapter):
    """Answers every call to the portal with its discovery document: all that an anonymous visitor's site asks for."""

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        """The document of OpenID Connect Discovery, section 3."""
        response = requests.Response()
        response.status_code = 200
        response.url = str(request.url)
        response.request = request
        response.headers["Content-Type"] = "application/json"
        body = json.dumps(
            {
                "issuer": ISSUER,
                "authorization_endpoint": f"{ISSUER}/o/authorize/",
                "token_endpoint": f"{ISSUER}/o/token/",
                "jwks_uri": f"{ISSUER}/o/jwks/",
                "end_session_endpoint": f"{ISSUER}/o/logout/",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256", "RS256"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
            }
        ).encode()
        response.raw = io.BytesIO(body)
        return response

    def close(self) -> None:
        """Nothing is open."""


def portal_session() -> requests.Session:
    """A session whose every call ends at the metadata above."""
    session = requests.Session()
    session.mount("https://", Metadata())
    return session


@pytest.fixture(scope="session")
def site() -> Callable[[str], TestApp]:
    """Gives a browser without cookies on one of the two sites."""
    built = {}
    for name in SITES:
        settings = {
            "sso.issuer": ISSUER,
            "sso.client_id": name.replace("_", "-"),
            "sso.client_secret": "a-secret-that-no-page-may-show",
            "sso.scope": "openid profile email",
            "sso.store": ":memory:",
            "demo.sibling_url": "https://sibling.example.test/",
        }
        built[name] = importlib.import_module(f"demo_sites.{name}.app").make_app(settings, http=portal_session)
    return lambda name: TestApp(
        built[name], extra_environ={"HTTP_HOST": "site.example.test", "wsgi.url_scheme": "https"}
    )


@pytest.fixture()
def signed_in(site: Callable[[str], TestApp]) -> Callable[..., TestApp]:
    """Gives a browser of somebody who has come in: her session is begun by the real kit, with a story to tell."""

    def come_in(site_name: str, username: str = "", **claims: object) -> TestApp:
        browser = site(site_name)
        kit = browser.app.registry["sso_client.kit"]
        known = {"sub": "subject-of-somebody", **({"preferred_username": username} if username else {}), **claims}
        tokens = Tokens(access_token=TOKEN, expires=2**31, refresh_token=TOKEN, id_token=TOKEN, scope="openid profile")
        steps = (
            Step("returned", "The portal sent you back", (("code", length_of(TOKEN)), ("iss", ISSUER))),
            Step(
                "claims", "The portal told us who you are", tuple((name, str(value)) for name, value in known.items())
            ),
        )
        cookie = kit.sessions.begin(known, "openid profile", tokens, Story(steps, seconds=9, silent=False))
        browser.set_cookie(kit.names(secure=True).session, cookie)
        return browser

    return come_in
