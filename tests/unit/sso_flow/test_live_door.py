"""The page at which a browser sees its own flow: its own alone, in its language, and nothing that runs."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from webtest import TestApp

from sso_flow.journal import Hop
from sso_flow.live.browsers import COOKIE, browser_of, new_number
from sso_flow.live.door import FlowDoor, Place
from sso_flow.words import Words
from tests.support.hops import HTML, SITE, asked, journal_of

HERS = new_number()
PLACES = {"": Place("https://portal.test", Words("Portal", "登录门户")), "shop": Place(SITE, Words("Shop", "商店"))}


def flow_of(browser: str) -> list[Hop]:
    """Hers is known, nobody else's."""
    return journal_of(asked(f"{SITE}/mine", body=b"<h1>Mine</h1>")).hops if browser == browser_of(HERS) else []


@pytest.fixture
def door() -> TestApp:
    """The door beside an application that answers whatever is not its own."""

    def other(environ, start_response):  # type: ignore[no-untyped-def]
        start_response("404 Not Found", [HTML])
        return [b"the application's own"]

    return TestApp(FlowDoor(other, flow_of, PLACES))


def test_she_sees_her_own_flow_in_her_language(door: TestApp) -> None:
    hers = {"Cookie": f"a=b; {COOKIE}={HERS}"}
    page = door.get("/demo/flow?site=shop&lang=zh_CN", headers=hers)
    assert (page.html.html["lang"], page.html.h1.get_text()) == ("zh-CN", "最近一次登录：完整流程")
    assert "打开 商店 /mine" in page.text
    assert (page.html.a["href"], page.html.a.get_text()) == (f"{SITE}/", "返回商店")
    assert "Opens Shop /mine" in door.get("/demo/flow?site=shop", headers=hers).text


@pytest.mark.parametrize(
    "number", ["", new_number(), HERS[:-1], HERS.swapcase()], ids=["none", "new", "cut", "other case"]
)
def test_nobody_else_does(door: TestApp, number: str) -> None:
    page = door.get("/demo/flow", headers={"Cookie": f"{COOKIE}={number}; other={HERS}"})
    assert "This browser has not signed in" in page.text
    assert "/mine" not in page.text


def test_the_page_may_run_nothing_and_is_not_kept(door: TestApp) -> None:
    page = door.get("/demo/flow")
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style is not None
    allowed = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{allowed}';" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script|style=|javascript:| on\w+=", page.text)


@pytest.mark.parametrize(
    "query", ["site=nobody", "site=https://evil.test", "lang=%00", "lang=<x>&site=%ff", "&&=&;", "a" * 9000]
)
def test_whatever_stands_in_the_address_leads_nowhere_else(door: TestApp, query: str) -> None:
    page = door.get(f"/demo/flow?{query}")
    assert page.html.a["href"] == "https://portal.test/"
    assert "evil.test" not in page.text


def test_every_other_request_is_the_applications(door: TestApp) -> None:
    for path in ("/", "/demo", "/demo/flow/", "/o/login/"):
        assert door.get(path, status=404).text == "the application's own"
    assert door.post("/demo/flow", status=404).text == "the application's own"
    assert door.head("/demo/flow").body == b""
