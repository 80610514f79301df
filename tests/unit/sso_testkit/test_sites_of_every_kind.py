"""Sites that know nothing of the kit join a world: Flask, Django, any WSGI callable."""

from __future__ import annotations

import http.client
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
import requests
import urllib3

from sso_testkit import SingleSignOn
from sso_testkit.socket_guard import SocketGuard
from sso_testkit.sso import PORTAL
from tests.support.django_site import make_django_site
from tests.support.flask_site import make_flask_site

SHOP = "https://shop.example.test"
Asked = Callable[[str], bytes]


def _with_requests(url: str) -> bytes:
    return requests.get(url, timeout=5).content


def _with_urllib3(url: str) -> bytes:
    return urllib3.PoolManager().request("GET", url).data


def _with_urllib(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as answer:
        body: bytes = answer.read()
    return body


def _with_http_client(url: str) -> bytes:
    connection = http.client.HTTPSConnection("portal.example.test")
    connection.request("GET", url.removeprefix(PORTAL))
    return connection.getresponse().read()


def site_that_asks(ask: Callable[[], bytes]) -> Any:
    """Shows what it got."""

    def site(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = ask()
        start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        return [body]

    return site


@pytest.mark.parametrize(
    ("make", "address"), [(make_flask_site, SHOP), (make_django_site, "https://desk.example.test")]
)
def test_a_person_signs_in_at_a_site_of_another_framework(sso: SingleSignOn, make: Any, address: str) -> None:
    site = sso.add_site(address, make)
    browser = sso.browser()
    browser.open(site.url("/"))
    browser.sign_in("zp", "penadmin")
    assert (browser.url, browser.text) == (site.url("/"), "hello zp")
    calls = [(hop.actor, hop.method, hop.url, hop.status) for hop in sso.journal.hops if hop.actor != "person"]
    assert (address.removeprefix("https://"), "POST", f"{PORTAL}/o/token/", 200) in calls


def test_an_application_that_is_there_already_joins_too(sso: SingleSignOn) -> None:
    app = site_that_asks(lambda: b"welcome")
    site = sso.add_site("https://own.example.test", app, client={"client_id": "mine", "redirect_uris": ["/back"]})
    assert (site.client_id, site.settings["ISSUER"], site.settings["REDIRECT_URI"]) == (
        "mine",
        PORTAL,
        "https://own.example.test/back",
    )
    with sso.portal.transaction() as unit:
        client = unit.clients.find("mine")
        assert unit.clients.secret_matches(client, site.secret)
    assert sso.browser().open(site.url("/any")).text == "welcome"
    assert site.secret not in repr(site)


def test_a_public_client_has_no_secret(sso: SingleSignOn) -> None:
    client = {"token_endpoint_auth_method": "none"}
    assert sso.add_site(SHOP, site_that_asks(bytes), client=client).settings["CLIENT_SECRET"] == ""


def test_two_sites_of_one_name_are_two_clients(sso: SingleSignOn) -> None:
    first = sso.add_site("https://shop.one.test", site_that_asks(bytes))
    second = sso.add_site("https://shop.two.test", site_that_asks(bytes))
    assert (first.client_id, second.client_id) == ("shop", "shop.two.test")
    again = sso.add_site("https://shop.one.test", site_that_asks(lambda: b"built anew"))
    assert again.client_id == "shop"


def test_a_client_with_another_secret_cannot_be_joined_by_accident(sso: SingleSignOn) -> None:
    sso.add_client("shop", "a secret that the kit has not made", redirect_uris=[f"{SHOP}/callback"])
    with pytest.raises(ValueError, match="registered with another secret"):
        sso.add_site(SHOP, site_that_asks(bytes))


@pytest.mark.parametrize("given", ["no application", 3, None])
def test_what_is_no_site_is_refused(sso: SingleSignOn, given: Any) -> None:
    with pytest.raises(TypeError, match="a site is a WSGI application or a factory"):
        sso.add_site(SHOP, given)


def test_a_factory_that_forgets_to_answer_is_named(sso: SingleSignOn) -> None:
    def forgetful(_settings: Any) -> None:
        return None

    sso.add_site(SHOP, forgetful)
    with pytest.raises(TypeError, match=r"forgetful has made None, which is no WSGI application"):
        sso.browser().open(SHOP)


@pytest.mark.parametrize("address", ["shop.example.test", "ftp://shop.example.test", "https://", f"{SHOP}/shop"])
def test_an_address_has_a_scheme_and_a_host_and_nothing_else(sso: SingleSignOn, address: str) -> None:
    with pytest.raises(ValueError, match="not an address like"):
        sso.world.add(address, site_that_asks(bytes))


@pytest.mark.parametrize("ask", [_with_requests, _with_urllib3, _with_urllib, _with_http_client])
def test_every_library_stays_in_the_world(sso: SingleSignOn, ask: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    # Mutant: without back_channel's patches these names do not resolve, or a proxy is asked.
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    site = sso.add_site(SHOP, site_that_asks(lambda: ask(f"{PORTAL}/healthz")))
    assert sso.browser().open(site.url("/")).text == '{"status":"alive"}'
    hop = next(hop for hop in sso.journal.hops if hop.url == f"{PORTAL}/healthz")
    assert (hop.actor, hop.method, hop.status) == ("shop.example.test", "GET", 200)


def test_a_body_in_pieces_arrives_whole(sso: SingleSignOn) -> None:
    def mirror(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
        return [environ["wsgi.input"].read(), environ["HTTP_X_SAID"].encode()]

    sso.world.add("http://mirror.example.test:8080", mirror)
    with sso.world.entered():
        connection = http.client.HTTPConnection("mirror.example.test", 8080)
        headers = {"X-Said": "!"}
        connection.request("POST", "/", iter([b"in ", b"two pieces"]), headers, encode_chunked=True)
        answer = connection.getresponse()
        assert answer.read() == b"in two pieces!"
        assert answer.headers.get_all("Set-Cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize(
    ("raised", "seen"),
    [
        (requests.ReadTimeout("too late"), urllib3.exceptions.ReadTimeoutError),
        (requests.ConnectionError("refused"), urllib3.exceptions.ProtocolError),
    ],
)
def test_a_failing_world_is_a_failing_network_to_each_library(
    sso: SingleSignOn, raised: Exception, seen: type[Exception]
) -> None:
    def fail(*_call: Any) -> requests.Response:
        raise raised

    sso.world.interceptors.append(fail)
    with sso.world.entered():
        with pytest.raises(seen):
            urllib3.PoolManager(retries=False).request("GET", f"{PORTAL}/healthz")
        with pytest.raises(type(raised)):
            requests.get(f"{PORTAL}/healthz", timeout=5)
    assert [(hop.status, hop.actor) for hop in sso.journal.hops] == [(0, "test"), (0, "test")]


def test_outside_of_a_world_nothing_is_different() -> None:
    connection = http.client.HTTPConnection("127.0.0.1", 9)
    with SocketGuard() as guard, pytest.raises(AssertionError, match=r"a socket to 127\.0\.0\.1:9 was opened"):
        connection.connect()
    assert len(guard.opened) == 1


def test_a_foreign_site_lives_in_the_world_s_time(sso: SingleSignOn) -> None:
    site = sso.add_site(SHOP, make_flask_site)
    sso.clock.advance(days=400)
    # Mutant: with the machine's time the site refuses the id_token as issued in the future.
    browser = sso.browser()
    browser.open(site.url("/"))
    browser.sign_in("zp", "penadmin")
    assert browser.text == "hello zp"
    assert abs(time.time() - sso.clock.now()) > 86_400
