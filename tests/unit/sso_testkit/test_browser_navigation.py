"""How the browser gets from page to page: redirects, history, frames, pages that go on by themselves, the journal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sso_testkit import Browser, MovableClock, World
from sso_testkit.browser import TooManyRedirects
from sso_testkit.journal import PERSON
from sso_testkit.world import UnknownHost
from tests.support.cookie_town import CookieTown

A, B = "https://a.test", "https://b.test"
Show = Callable[..., Browser]


@pytest.fixture
def browser() -> Browser:
    return Browser(CookieTown(A, B).world)


@pytest.fixture
def show() -> Show:
    """A browser in which an application answers every page with this body and these headers, or shows the request."""

    def made(body: str, *headers: tuple[str, str]) -> Browser:
        def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
            start_response(
                "200 OK",
                [("Content-Type", "text/html; charset=utf-8"), *(headers if environ["PATH_INFO"] == "/" else ())],
            )
            shown = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']} {sent}"
            return [(body if environ["PATH_INFO"] == "/" else shown).encode()]

        world = World()
        world.add(A, answer)
        browser = Browser(world, clock=MovableClock(100))
        browser.open(f"{A}/")
        return browser

    return made


@pytest.mark.parametrize(("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
def test_what_a_redirect_keeps(browser: Browser, status: int, method: str) -> None:
    browser.open(f"{A}/leads-to?{A}/redirect?{status}+{B}/there")
    browser.submit(browser.page.form)
    assert browser.hops == [f"POST {A}/redirect?{status}+{B}/there", f"{method} {B}/there"]
    assert browser.page.request.body == (b"word=hello" if method == "POST" else b"")


def test_a_fragment_stays_until_there_is_a_new_one(browser: Browser) -> None:
    browser.open(f"{A}/redirect?302+{B}/there#here")
    assert browser.hops[-1] == f"GET {B}/there#here"
    browser.open(f"{A}/redirect?302+/redirect?302+{B}/%23new#old")
    assert browser.hops[-1].endswith("#old")


def test_a_circle_is_stopped_and_shown(browser: Browser) -> None:
    browser.redirect_limit = 4
    with pytest.raises(TooManyRedirects) as stopped:
        browser.open(f"{A}/redirect?302+")
    assert str(stopped.value).splitlines()[1:] == [f"GET {A}/redirect?302+"] * 5


def test_back_and_forward(browser: Browser) -> None:
    for page in ("/one", "/two", "/three"):
        browser.open(A + page)
    assert [browser.back().request.path, browser.back().request.path] == ["/two", "/one"]
    with pytest.raises(AssertionError, match="no page to go back to"):
        browser.back()
    assert browser.forward().request.path == "/two"
    browser.open(f"{A}/else")
    with pytest.raises(AssertionError, match="no page to go forward to"):
        browser.forward()
    assert [browser.back().request.path, browser.reload().request.path] == ["/two", "/two"]


def test_before_the_answer_to_a_form_was_the_form(browser: Browser) -> None:
    form = f"{A}/leads-to?{A}/answer"
    browser.open(f"{A}/before")
    browser.open(form)
    browser.submit(browser.page.form)
    browser.back()
    assert browser.url == form
    browser.back()
    assert browser.url == f"{A}/before"


def test_an_empty_tab_has_nothing_to_load_again(browser: Browser) -> None:
    with pytest.raises(AssertionError, match="no page to load again"):
        browser.new_tab().reload()


def test_frames_of_a_page(browser: Browser) -> None:
    browser.open(f"{A}/frames?/redirect?302+{B}/inner")
    (frame,) = browser.frames
    assert (frame.url, frame.problem) == (f"{B}/inner", "")
    assert browser.hops == [f"GET {A}/frames?/redirect?302+{B}/inner"], "frames are no hops of the page"
    assert browser.open(A).status_int == 200 and browser.frames == []


def test_what_is_wrong_in_a_frame_leaves_the_page(browser: Browser) -> None:
    browser.open(f"{A}/frames?https://nobody.test/")
    assert browser.page.html.h1.get_text() == "Around"
    assert browser.frames[0].response is None and "nobody.test" in browser.frames[0].problem
    browser.open(f"{A}/frames?/redirect?302+")
    assert "redirected in circles" in browser.frames[0].problem


def test_frames_may_be_left_out(browser: Browser) -> None:
    browser.load_frames = False
    browser.open(f"{A}/frames?{B}/inner")
    assert browser.frames == []
    assert [hop.url for hop in browser.journal.hops] == [f"{A}/frames?{B}/inner"]


FORM = '<form {} method="post" action="/there"><input name="code" value="x"></form>'


@pytest.mark.parametrize(
    "page", [FORM.format("data-submit"), f'<form action="/no"></form>{FORM.format("data-submit")}',
             f'<body onload="document.forms[0].submit()">{FORM.format("")}</body>']
)  # fmt: skip
def test_a_form_that_a_script_would_send(show: Show, page: str) -> None:
    browser = show(page)
    assert browser.url == f"{A}/", "there are no scripts here"
    assert browser.wait().text == "POST /there? code=x"
    assert "sec-fetch-user" not in browser.page.request.headers, "nobody has pressed anything"
    browser.follow_form_posts = True
    assert browser.open(f"{A}/").text == "POST /there? code=x"
    assert browser.hops == [f"GET {A}/", f"POST {A}/there"]


def test_a_form_that_people_send_waits_for_them(show: Show) -> None:
    browser = show(FORM.format(""))
    browser.follow_form_posts = True
    browser.open(f"{A}/")
    assert browser.url == f"{A}/"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("", [("Refresh", "5; url=/there")]),
        ("", [("Refresh", "5;URL='/there'")]),
        ('<meta http-equiv="Refresh" content="5;url=/there">', []),
    ],
)
def test_a_page_that_goes_on_after_a_while(show: Show, body: str, headers: list[tuple[str, str]]) -> None:
    browser = show(body, *headers)
    assert browser.url == f"{A}/"
    browser.wait()
    assert (browser.url, browser.clock.now()) == (f"{A}/there", 105)


def test_a_page_that_stays(show: Show) -> None:
    with pytest.raises(AssertionError, match="does not go on by itself"):
        show("<p>submit and refresh are words</p>").wait()


def test_a_form_that_is_got_replaces_the_query(show: Show) -> None:
    browser = show('<form action="/there?old=1"><input name="q" value="a b&ä"></form>')
    assert browser.submit(browser.page.form).text == "GET /there?q=a+b%26%C3%A4 "


def test_every_request_is_written_down(browser: Browser) -> None:
    tab = browser.new_tab()
    tab.open(f"{A}/leads-to?{A}/redirect?303+{B}/there")
    tab.submit(tab.page.form)
    hops = browser.journal.hops
    assert [(hop.number, hop.actor, hop.method, hop.status, hop.tab) for hop in hops] == [
        (1, PERSON, "GET", 200, 1),
        (2, PERSON, "POST", 303, 1),
        (3, PERSON, "GET", 200, 1),
    ]
    assert hops[1].form == (("word", "hello"),)
    assert ("Location", f"{B}/there") in hops[1].response_headers
    assert hops[1].request_headers["Origin"] == A
    assert b"there" in hops[0].body


def test_a_request_that_nobody_answers_is_written_down_too(browser: Browser) -> None:
    with pytest.raises(UnknownHost):
        browser.open("https://nobody.test/")
    (hop,) = browser.journal.hops
    assert (hop.url, hop.status) == ("https://nobody.test/", 0)
    assert b"nobody.test" in hop.body
