"""The single page as a server of static files sees it: two languages, a policy that lets nobody else in, no state."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from webtest import TestApp

import demo_sites.single_page
from demo_sites.single_page.app import make_app

ISSUER, API = "https://portal.example.test", "https://user-api.example.test/v1"
SCRIPT = Path(demo_sites.single_page.__file__).parent / "static" / "single_page.js"


@pytest.fixture(scope="module")
def page() -> TestApp:
    settings = {"sso.issuer": ISSUER, "sso.client_id": "single-page", "demo.api_url": API}
    return TestApp(make_app(settings), extra_environ={"HTTP_HOST": "page.example.test", "wsgi.url_scheme": "https"})


@pytest.mark.parametrize(
    ("asked", "lang", "words"), [("en", "en", "Why the second is better"), ("zh-CN", "zh-CN", "为什么第二种更好")]
)
def test_it_speaks_the_browsers_language(page: TestApp, asked: str, lang: str, words: str) -> None:
    answer = page.get("/", headers={"Accept-Language": asked})
    assert answer.html.html["lang"] == lang
    assert answer.html.h2 is not None and words in answer.text
    assert answer.html.main["data-issuer"] == ISSUER and answer.html.main["data-api"] == API


def test_another_language_can_be_chosen_and_is_kept(page: TestApp) -> None:
    chosen = page.get("/?lang=zh_CN", status=303)
    assert "single_page_language=zh_CN" in chosen.headers["Set-Cookie"]
    assert chosen.follow().html.html["lang"] == "zh-CN"
    page.reset()


def test_nothing_but_its_script_runs_and_it_asks_nobody_but_portal_and_api(page: TestApp) -> None:
    answer = page.get("/")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["connect-src"] == "https://portal.example.test https://user-api.example.test"
    assert policy["script-src"] == "'self'" and policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'" and policy["form-action"] == "'none'"
    assert "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "no-store"
    assert [script["src"].partition("?")[0] for script in answer.html.find_all("script")] == ["/static/single_page.js"]


def test_everything_that_the_script_says_is_on_the_page(page: TestApp) -> None:
    script = SCRIPT.read_text("utf-8")
    said = set(re.findall(r'(?:say|tell|show|ask|new Problem)\("([a-z-]+)"', script))
    there = {found["data-say"] for found in page.get("/").html.find_all("template")}
    assert said == there
    # Values are filled in as text; nothing from outside becomes markup.
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script)


@pytest.mark.parametrize(
    "address", ["/nothing", "/%ff", "/?x=%ff", "//elsewhere.example/", "/static/", "/static/../app.py"]
)
def test_an_address_that_leads_nowhere_has_a_way_back(page: TestApp, address: str) -> None:
    answer = page.get(address, status="*")
    assert answer.status_int == 404
    if not address.startswith("/static"):
        assert answer.html.main.a["href"] == "/"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_sent(page: TestApp, method: str) -> None:
    assert page.request("/", method=method, status="*").status_int == 404
