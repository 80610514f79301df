"""The recipe for mobile apps, as it stands in docs/recipes, against user_api."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.clients.names import DEVICE_CODE
from sso_testkit.sso import PORTAL
from tests.support.platform import USER_API, add_platform
from tests.support.recipes import module_of, troubles_of

# The browser brings its answer to a real port of this machine.
pytestmark = pytest.mark.sso_sockets

RECIPE = "mobile-app.md"
SETTINGS = {"PORTAL": PORTAL, "API": USER_API, "CLIENT_ID": "mobile-app"}


@pytest.fixture
def world(sso: SingleSignOn) -> SingleSignOn:
    return add_platform(sso).sso


@pytest.fixture
def phone() -> Any:
    return module_of(RECIPE, "app.py")


class Person:
    """Somebody with a browser; the last hop, to the app's own port, is a real one."""

    def __init__(self, sso: SingleSignOn, *, agrees: bool = True) -> None:
        self.sso, self.browser, self.agrees, self.pages = sso, sso.browser(), agrees, list[int]()
        self.sign_ins = 0

    def open_page(self, address: str) -> None:
        self.sign_ins += 1
        port = webtest.TestRequest.blank(address).GET["redirect_uri"].rsplit(":", 1)[1].split("/")[0]
        self.sso.world.add(f"http://127.0.0.1:{port}", _arrived)
        self.browser.open(address)
        if self.browser.is_sign_in_page:
            self.browser.sign_in("zp")
        if not self.browser.url.startswith("http://127.0.0.1"):
            self.browser.agree("people.read") if self.agrees else self.browser.refuse()
        threading.Thread(target=self._bring, args=(self.browser.url,)).start()

    def _bring(self, address: str) -> None:
        for url in (address.replace("state=", "state=forged"), address):
            self.pages.append(_status_of(url))


def _status_of(url: str) -> int:
    """What a real port answers; HTTP libraries would stay in the world."""
    parts = urlsplit(url)
    with socket.create_connection(("127.0.0.1", parts.port or 0), timeout=30) as connection:
        connection.sendall(f"GET {parts.path}?{parts.query} HTTP/1.0\r\n\r\n".encode())
        return int(connection.makefile("rb").readline().split()[1])


def _arrived(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"here"]


def test_in_the_browser_and_renewed_and_out(world: SingleSignOn, phone: Any) -> None:
    person = Person(world)

    def sign_in(app: Any) -> None:
        phone.in_the_browser(app, person.open_page)

    app = phone.App(SETTINGS)
    with world.world.entered("phone.example.test"):
        assert app.me(sign_in)["username"] == "zp"
        assert person.pages == [404, 200]
        first = app.tokens["access_token"]
        # An hour later it is renewed, and nobody is asked.
        world.clock.advance(3601)
        assert app.me(sign_in)["username"] == "zp"
        assert app.tokens["access_token"] != first and person.sign_ins == 1
        # Taken back at the portal, the refresh token is of no use either.
        gone = dict(app.tokens)
        app.sign_out()
        assert app.tokens == {}
        app.tokens = gone
        world.clock.advance(11)
        assert app.me(sign_in)["username"] == "zp"
        assert person.sign_ins == 2


def test_who_declines_is_not_signed_in(world: SingleSignOn, phone: Any) -> None:
    person, app = Person(world, agrees=False), phone.App(SETTINGS)
    with world.world.entered("phone.example.test"), pytest.raises(SystemExit, match="Not signed in: access_denied"):
        app.me(lambda app: phone.in_the_browser(app, person.open_page))
    assert app.tokens == {}


def device(world: SingleSignOn, monkeypatch: pytest.MonkeyPatch, phone: Any, decide: Callable[[Any], Any]) -> Any:
    """Runs the device's part; somebody takes the code from its screen while it waits."""
    module = module_of(RECIPE, "device.py")
    shown: list[str] = []
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        world.clock.advance(int(seconds))
        if len(naps) == 2:
            browser = world.browser()
            browser.open(f"{PORTAL}/o/device/?user_code={shown[0].rsplit(' ', 1)[1]}")
            browser.sign_in("zp")
            decide(browser)

    monkeypatch.setattr(module.time, "sleep", nap)
    app = phone.App(SETTINGS)
    with world.world.entered("phone.example.test"):
        return app.me(lambda app: module.on_another_device(app, shown.append)), naps


def test_on_another_device(world: SingleSignOn, monkeypatch: pytest.MonkeyPatch, phone: Any) -> None:
    told, naps = device(world, monkeypatch, phone, lambda browser: browser.agree("people.read"))
    assert told["username"] == "zp"
    assert naps == [5, 5]


def test_a_device_that_is_declined_ends(world: SingleSignOn, monkeypatch: pytest.MonkeyPatch, phone: Any) -> None:
    with pytest.raises(SystemExit, match="Not signed in: access_denied"):
        device(world, monkeypatch, phone, lambda browser: browser.refuse())


def test_what_is_seen_when_it_does_not_work(world: SingleSignOn, phone: Any) -> None:
    code, grant, client = troubles_of(RECIPE)
    app = phone.App(SETTINGS)

    def seen(path: str, **form: str) -> str:
        with world.world.entered("phone.example.test"):
            told = app.post(path, **form).json()
        return f"{told['error']}: {told['error_description']}"

    back = {"redirect_uri": "http://127.0.0.1:1/callback", "code_verifier": "v" * 43}
    assert seen("/o/token/", grant_type="authorization_code", code="used", **back) == code
    world.edit_client("mobile-app", grant_types=["authorization_code"])
    assert seen("/o/device_authorization/", scope="profile") == grant
    app.client_id = "nobody"
    assert seen("/o/token/", grant_type=DEVICE_CODE, device_code="x") == client
