"""A site that registers itself, and the portal at which everybody may."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RedirectPage, RelyingParty
from sso_testkit.sso import PORTAL

ENDPOINT = f"{PORTAL}/o/register/"
CALLBACK = "https://corner.example.test/cb"
SHOP: dict[str, Any] = {"client_name": "Corner Shop", "redirect_uris": [CALLBACK]}
OPEN = {
    "sso.registration.mode": "open",
    "sso.registration.address_free_tries": "100",
    "sso.registration.address_lock_tries": "101",
}
Told = dict[str, Any]


class Corner:
    """The portal at which everybody may register, and somebody who does."""

    def __init__(self, sso: SingleSignOn) -> None:
        self.sso = sso
        self.http = webtest.TestApp(sso.world)

    def send(self, method: str, url: str, body: Any = None, token: str | None = None) -> webtest.TestResponse:
        """One request, whatever comes of it; a body that is not bytes is sent as JSON."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        return self.http.request(url, method=method, body=raw, headers=headers, status="*")

    def register(self, **members: Any) -> Told:
        """A registration that is accepted."""
        answer = self.send("POST", ENDPOINT, {**SHOP, **members})
        assert answer.status_int == 201, answer.text
        return dict(answer.json)

    def put(self, told: Told, **members: Any) -> webtest.TestResponse:
        """Replace a registration."""
        body = {**SHOP, "client_id": told["client_id"], **members}
        return self.send("PUT", told["registration_client_uri"], body, told["registration_access_token"])

    def delete(self, told: Told) -> webtest.TestResponse:
        """Withdraw a registration."""
        return self.send("DELETE", told["registration_client_uri"], token=told["registration_access_token"])

    def site(self, told: Told) -> RelyingParty:
        """What was registered, at work."""
        self.sso.world.add("https://corner.example.test", RedirectPage())
        return RelyingParty(self.sso, told["client_id"], told.get("client_secret"), CALLBACK)

    def clients(self) -> set[str]:
        """Everybody who is registered."""
        with self.sso.portal.transaction() as unit:
            return {client.client_id for client in unit.clients.all()}


@pytest.fixture
def corner(make_sso: Callable[..., SingleSignOn]) -> Corner:
    """The portal with people, at which everybody may register."""
    return Corner(make_sso({**OPEN, "sso.storage.pool_size": "30"}))


@pytest.fixture(params=["sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Corner]:
    """The same over each of the databases, without people."""
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    world = SingleSignOn(tmp_path, storage_url=url, settings={**OPEN, "sso.storage.pool_size": "30"})
    yield Corner(world)
    world.close()


@pytest.fixture
def unchanged(corner: Corner) -> Iterator[Corner]:
    """The same, with nobody more and nobody less afterwards."""
    before = corner.clients()
    yield corner
    assert corner.clients() == before


def signed_in(corner: Corner) -> Browser:
    """A browser in which zp is signed in at the portal."""
    browser: Browser = corner.sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    return browser
