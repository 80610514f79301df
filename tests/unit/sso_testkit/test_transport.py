"""The back channel and the person's steps in the in-process world."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
import webtest

from sso_testkit import Browser, SingleSignOn, World


class Mirror:
    """Answers with what it was asked."""

    closed = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/written":
            write = start_response("201 Created", [("Content-Type", "text/plain")])
            write(b"first ")
            return [b"second"]
        seen = {key: value for key, value in environ.items() if isinstance(value, str)}
        seen["body"] = environ["wsgi.input"].read().decode("latin-1")
        start_response("418 I'm a teapot", [("Content-Type", "application/json"), ("X-Twice", "a")])
        return self.Chunks(self, json.dumps(seen).encode())

    class Chunks:
        """A body that wants to be closed."""

        def __init__(self, mirror: Mirror, raw: bytes) -> None:
            self._mirror, self._raw = mirror, raw

        def __iter__(self) -> Any:
            return iter([self._raw[:5], self._raw[5:]])

        def close(self) -> None:
            """Count."""
            self._mirror.closed += 1


@pytest.fixture
def mirror() -> Mirror:
    """A site that tells what it sees."""
    return Mirror()


@pytest.fixture
def http(mirror: Mirror) -> requests.Session:
    """The back channel."""
    world = World()
    world.add("https://mirror.test", mirror)
    world.add("http://mirror.test:8080", mirror)
    return world.http()


def test_a_call_arrives_whole(http: requests.Session, mirror: Mirror) -> None:
    answer = http.post(
        "https://mirror.test/p%C3%A9/x%2Fy?a=%20b&c",
        data={"x": "项 目"},
        headers={"X-One": "1"},
        auth=("me", "secret"),
        timeout=5,
    )
    assert (answer.status_code, answer.reason, answer.headers["x-twice"]) == (418, "I'm a teapot", "a")
    seen = answer.json()
    assert seen["REQUEST_METHOD"] == "POST"
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/pé/x/y"
    assert seen["QUERY_STRING"] == "a=%20b&c"
    assert seen["body"] == "x=%E9%A1%B9+%E7%9B%AE"
    assert seen["CONTENT_LENGTH"] == str(len(seen["body"]))
    assert seen["CONTENT_TYPE"] == "application/x-www-form-urlencoded"
    assert seen["HTTP_X_ONE"] == "1"
    assert seen["HTTP_AUTHORIZATION"] == "Basic bWU6c2VjcmV0"
    assert (seen["HTTP_HOST"], seen["SERVER_PORT"], seen["wsgi.url_scheme"]) == ("mirror.test", "443", "https")
    assert mirror.closed == 1


def test_a_port_is_part_of_the_address(http: requests.Session) -> None:
    seen = http.get("http://mirror.test:8080/", timeout=5).json()
    assert (seen["HTTP_HOST"], seen["SERVER_PORT"]) == ("mirror.test:8080", "8080")
    with pytest.raises(LookupError, match=r"nobody is at 'mirror\.test:8081'"):
        http.get("http://mirror.test:8081/", timeout=5)


def test_the_usual_port_need_not_be_said(http: requests.Session) -> None:
    assert http.get("https://mirror.test:443/", timeout=5).status_code == 418


def test_an_application_that_writes_is_heard(http: requests.Session) -> None:
    assert http.get("https://mirror.test/written", timeout=5).content == b"first second"


def test_redirects_and_cookies_of_the_back_channel_work_like_everywhere(http: requests.Session) -> None:
    http.cookies.set("a", "b", domain="mirror.test")
    assert http.get("https://mirror.test/", timeout=5).json()["HTTP_COOKIE"] == "a=b"


def test_nothing_of_the_machine_leaks_in(http: requests.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert http.get("https://mirror.test/", timeout=5).status_code == 418


def test_a_host_that_is_down_is_down_for_the_back_channel_only(sso: SingleSignOn) -> None:
    sso.world.take_down("https://portal.example.test")
    with pytest.raises(requests.ConnectionError):
        sso.world.http().get("https://portal.example.test/healthz", timeout=5)
    assert sso.browser().open("https://portal.example.test/healthz").status_int == 200
    sso.world.bring_up("https://portal.example.test")
    assert sso.world.http().get("https://portal.example.test/healthz", timeout=5).json() == {"status": "alive"}


@pytest.mark.parametrize(("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
def test_a_redirected_form_becomes_a_get_unless_it_must_not(status: int, method: str) -> None:
    def moved(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/there":
            start_response("200 OK", [("Content-Type", "text/plain")])
            length = int(environ.get("CONTENT_LENGTH") or 0)
            return [environ["REQUEST_METHOD"].encode(), b" ", environ["wsgi.input"].read(length)]
        if environ["REQUEST_METHOD"] == "POST":
            start_response(f"{status} Moved", [("Location", "/there"), ("Content-Type", "text/plain")])
            return [b""]
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b'<form method="post"><input name="a" value="1"><button name="go" value="x"></button></form>']

    world = World()
    world.add("https://moved.test", moved)
    browser = Browser(world)
    page = browser.open("https://moved.test/")
    answer = browser.submit(page.forms[0], "go", "x")
    assert answer.text == f"{method} " + ("a=1&go=x" if method == "POST" else "")
    assert browser.hops == ["POST https://moved.test/", f"{method} https://moved.test/there"]


def test_people_and_clients_are_made_on_demand(sso: SingleSignOn) -> None:
    sso.add_person("chen", name="陈")
    secret = sso.add_client("shop", redirect_uris=["https://shop.example.test/cb"])
    public = sso.add_client("app", redirect_uris=["https://app.example.test/"], token_endpoint_auth_method="none")
    sso.edit_client("shop", consent="explicit")
    with sso.portal.transaction() as unit:
        client = unit.clients.find("shop")
        assert unit.clients.secret_matches(client, secret)
        assert client.consent == "explicit"
        assert unit.users.by_username("chen").name == "陈"
    assert public is None


def test_a_restarted_portal_goes_on_with_its_database_and_clock(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open("https://portal.example.test/o/login/")
    browser.sign_in("zp", "penadmin")
    first = sso.portal
    sso.start_portal()
    assert sso.portal is not first
    first.close()
    browser.open("https://portal.example.test/")
    assert "张鹏" in browser.text
    sso.clock.advance(days=1)
    assert "张鹏" not in browser.reload().text


def test_cookies_do_not_cross_hosts(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open("https://project.example.test/mine")
    browser.sign_in("zp", "penadmin")
    hosts = {name.split()[0] for name in browser.cookies()}
    assert hosts == {"portal.example.test", "project.example.test"}
    plain = webtest.TestApp(sso.world)
    assert "zp" not in plain.get("https://project.example.test/").text
