"""The partner site with an open_api that answers what a test wants, and somebody who has come in."""

from __future__ import annotations

import io
import json
from typing import Any

import requests
from requests.adapters import BaseAdapter
from webtest import TestApp

from demo_sites.partner_site.app import make_app
from sso_client.story import Step, Story, length_of
from sso_client.tokens import Tokens
from tests.unit.demo_sites.conftest import ISSUER, TOKEN, Metadata

API = "https://open-api.example.test"
SETTINGS = {
    "sso.issuer": ISSUER,
    "sso.client_id": "partner-site",
    "sso.client_secret": "a-secret-that-no-page-may-show",
    "sso.scope": "openid profile email learning.read videos.read",
    "sso.store": ":memory:",
    "sso.resource": API,
    "demo.api_url": API,
}
LESSON = {
    "title": "消防与疏散",
    "title_en": "Fire safety",
    "topic": "安全",
    "topic_en": "Safety",
    "minutes": 25,
    "finished_at": "2026-09-01T10:00:00Z",
    "score": 95,
}


class FakeApi(BaseAdapter):
    """Answers each path with the status and the body that it is told; ``asked`` is what has come."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, tuple[int, Any]] = {
            "/lessons": (200, {"lessons": [LESSON], "next": None}),
            "/videos": (200, {"videos": [], "next": None}),
        }
        self.asked: list[str] = []

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        """The answer that was laid down, or no connection."""
        path = (request.url or "").removeprefix(API).partition("?")[0]
        self.asked.append(path)
        status, body = self.answers[path]
        if status == 0:
            raise requests.ConnectionError("nobody is there")
        response = requests.Response()
        response.status_code, response.url, response.request = status, str(request.url), request
        response.raw = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        return response

    def close(self) -> None:
        """Nothing is open."""

    def session(self) -> requests.Session:
        """A session whose calls end here, or at the portal's metadata."""
        session = requests.Session()
        session.mount("https://", Metadata())
        session.mount(API, self)
        return session


class PartnerWorld:
    """The site and one browser."""

    def __init__(self, **settings: str) -> None:
        self.api = FakeApi()
        self.app = make_app({**SETTINGS, **settings}, http=self.api.session)
        environ = {"HTTP_HOST": "partner.example.test", "wsgi.url_scheme": "https"}
        self.browser = TestApp(self.app, extra_environ=environ)

    def come_in(self, scope: str = SETTINGS["sso.scope"], **claims: str) -> None:
        """Begin a session as the kit does at its callback, with a key that is good for years."""
        kit = self.app.registry["sso_client.kit"]
        told = {"sub": "subject-of-zp", "preferred_username": "zp", **claims}
        steps = (
            Step("redirect", "Your browser was sent to the portal", (("state", length_of(TOKEN)),)),
            Step("returned", "The portal sent you back", (("code", length_of(TOKEN)),)),
            Step("exchange", "Our server exchanged the code", (("access_token", length_of(TOKEN)),)),
        )
        cookie = kit.sessions.begin(told, scope, Tokens(TOKEN, 2**31), Story(steps, seconds=3, silent=False))
        self.browser.set_cookie(kit.names(secure=True).session, cookie)

    def words(self, path: str, status: int = 200, language: str = "en") -> str:
        """What the main part of a page says."""
        page = self.browser.get(path, headers={"Accept-Language": language}, status=status)
        return " ".join(page.html.main.get_text(" ").split())
