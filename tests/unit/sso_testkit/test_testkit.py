"""The test world itself."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sso_testkit import Browser, MovableClock, World
from sso_testkit.browser import TooManyRedirects
from sso_testkit.world import UnknownHost


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", "seen=1")]
    start_response("200 OK", headers)
    said = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {body} {environ.get('HTTP_COOKIE', '')}"
    return [said.encode(), b'<a href="/next?x=1">the next page</a>']


def circle(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("302 Found", [("Location", "/again"), ("Content-Type", "text/plain")])
    return [b""]


def over(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("303 See Other", [("Location", "https://echo.test/arrived"), ("Content-Type", "text/plain")])
    return [b""]


@pytest.fixture
def world() -> World:
    world = World()
    for name, application in (("echo", echo), ("circle", circle), ("over", over)):
        world.add(f"https://{name}.test", application)
    return world


def test_redirects_across_hosts_tabs_and_the_back_button(world: World) -> None:
    browser = Browser(world)
    browser.open("https://over.test/")
    assert browser.url == "https://echo.test/arrived"
    assert browser.hops == ["GET https://over.test/", "GET https://echo.test/arrived"]
    browser.click("next page")
    assert browser.url == "https://echo.test/next?x=1"
    browser.back()
    assert browser.url == "https://echo.test/arrived"
    tab = browser.new_tab()
    assert "seen=1" in tab.open("https://echo.test/").text
    assert "seen=1" not in Browser(world).open("https://echo.test/").text
    browser.forget("seen")
    assert "seen=1" not in tab.reload().text


def test_what_goes_wrong_says_so(world: World) -> None:
    browser = Browser(world, redirect_limit=5)
    with pytest.raises(AssertionError, match="has not opened anything"):
        _ = browser.page
    with pytest.raises(TooManyRedirects, match=r"https://circle\.test/again"):
        browser.open("https://circle.test/")
    with pytest.raises(UnknownHost, match=r"nobody is at 'other\.test'"):
        browser.open("https://other.test/")
    browser.open("https://echo.test/")
    with pytest.raises(AssertionError, match="no link 'missing'"):
        browser.click("missing")
    with pytest.raises(AssertionError, match="no form with a field 'password'"):
        browser.sign_in("zp", "x")
    with pytest.raises(AssertionError, match="no page to go back to"):
        browser.new_tab().back()


def test_the_back_channel_stays_in_the_world(world: World) -> None:
    http = world.http()
    answer = http.post("https://echo.test/p%C3%A9", data={"a": "1"}, timeout=5)
    assert answer.status_code == 200
    assert "a=1" in answer.text
    world.take_down("https://echo.test")
    with pytest.raises(requests.ConnectionError, match="down in this world"):
        http.get("https://echo.test/", timeout=5)
    world.bring_up("https://echo.test")
    assert http.get("https://echo.test/", timeout=5, stream=True).raw.read(3) == b"GET"


def test_the_clock_stands_until_it_is_moved() -> None:
    clock = MovableClock(1000)
    assert clock.now() == clock.now() == 1000
    clock.advance(5, minutes=1, hours=1, days=1)
    assert clock.now() == 1000 + 5 + 60 + 3600 + 86_400
