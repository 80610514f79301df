"""A site of the running demo: recorded when its settings say so, with a link for whoever has something to see."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from webtest import TestApp

from demo_sites.common.recorded import recorded
from demo_sites.project_center.app import make_app
from sso_flow.journal import Hop
from sso_flow.live.application import RecordedApplication
from sso_flow.live.browsers import COOKIE, browser_of, new_number
from sso_flow.live.pipe import PipeListener
from tests.unit.demo_sites.conftest import ISSUER, portal_session

PLACE = "https://site.example.test"
NUMBER = new_number()
SETTINGS = {
    "sso.issuer": ISSUER,
    "sso.client_id": "project-center",
    "sso.client_secret": "a-secret-that-no-page-may-show",
    "sso.scope": "openid",
    "sso.store": ":memory:",
    "sso.site_url": PLACE,
    "demo.flow_url": f"{ISSUER}/demo/flow?site=project-center",
}
PAGE = {"Accept": "text/html", "Host": "site.example.test"}
MINE = PAGE | {"Cookie": f"{COOKIE}={NUMBER}"}


@pytest.fixture(scope="module")
def site() -> TestApp:
    """The site as the demo starts it, without the pipe."""
    return TestApp(make_app(SETTINGS, http=portal_session), extra_environ={"wsgi.url_scheme": "https"})


@pytest.mark.parametrize(
    ("language", "words"), [("en", "How did I get in and out?"), ("zh-CN", "我是怎么进来、怎么出去的？")]
)
def test_whoever_was_signed_in_finds_the_picture(site: TestApp, language: str, words: str) -> None:
    page = site.get("/", headers=MINE | {"Accept-Language": language})
    link = page.html.select_one("a[href*='/demo/flow']")
    assert link is not None
    assert link.get_text() == words
    locale = "zh_CN" if language == "zh-CN" else "en"
    assert link["href"] == f"{ISSUER}/demo/flow?site=project-center&lang={locale}"


def test_whoever_has_nothing_to_see_is_shown_nothing(site: TestApp) -> None:
    assert "/demo/flow" not in site.get("/", headers=PAGE).text


def test_a_site_that_stands_alone_is_not_recorded() -> None:
    app = recorded(make_app, {name: value for name, value in SETTINGS.items() if not name.startswith("demo.")})
    assert not isinstance(app, RecordedApplication)
    assert "/demo/flow" not in TestApp(app).get("/", headers=MINE).text


@pytest.fixture
def heard() -> Iterator[tuple[PipeListener, list[tuple[str, Hop]]]]:
    """Who listens, and what came."""
    came: list[tuple[str, Hop]] = []
    listener = PipeListener(lambda browser, hop: came.append((browser, hop)))
    yield listener, came
    listener.close()


def test_a_site_of_the_demo_tells_through_its_pipe(heard: tuple[PipeListener, list[tuple[str, Hop]]]) -> None:
    listener, came = heard
    pipe = listener.open()
    TestApp(recorded(make_app, SETTINGS | {"demo.flow_pipe": str(pipe)})).get("/?a=1", headers=MINE)
    listener.hear()
    ((browser, hop),) = came
    assert (browser, hop.url) == (browser_of(NUMBER), f"{PLACE}/?a=1")
    assert hop.body.startswith(b"<h1>")
    os.close(pipe)
