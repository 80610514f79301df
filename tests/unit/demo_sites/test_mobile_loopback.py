"""The port on which the mobile app waits for the browser: one answer, ours, and pages that can be read."""

from __future__ import annotations

import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

import pytest

from demo_sites.mobile_app.loopback import Loopback
from demo_sites.mobile_app.loopback_pages import DECLINED, FAILED, NOT_OURS, NOT_USED, RECEIVED, Page

ISSUER = "https://portal.example.test"
STATE = "the-state-of-this-attempt"


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with Loopback(STATE, ISSUER) as server:
        yield server


def bring(loopback: Loopback, path: str = "/callback", **parameters: str) -> tuple[int, str]:
    """What a browser gets that brings these parameters."""
    return call(loopback, f"{path}?{urlencode({'state': STATE, 'iss': ISSUER, **parameters})}")


def call(loopback: Loopback, target: str, method: str = "GET") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(loopback.redirect_uri).port or 0, timeout=10)
    try:
        connection.request(method, target)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_the_answer_is_handed_over_when_the_page_is_sent(loopback: Loopback) -> None:
    status, page = bring(loopback, code="abc")
    assert status == 200 and page.encode() == RECEIVED.body
    answer = loopback.wait(5)
    assert answer is not None and (answer.code, answer.error) == ("abc", "")


def test_what_the_portal_refuses_is_handed_over_too(loopback: Loopback) -> None:
    assert bring(loopback, error="access_denied")[1].encode() == DECLINED.body
    answer = loopback.wait(5)
    assert answer is not None and (answer.code, answer.error) == ("", "access_denied")


@pytest.mark.parametrize("issuer", ["https://evil.example.test", ISSUER + "/", ""])
def test_the_code_of_another_issuer_is_dropped(loopback: Loopback, issuer: str) -> None:
    status, page = bring(loopback, code="abc", iss=issuer)
    assert status == 400 and page.encode() == FAILED.body
    answer = loopback.wait(5)
    assert answer is not None and (answer.code, answer.error) == ("", "wrong_issuer")


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/favicon.ico",
        "/callback",
        f"/callback?code=abc&state={STATE}x&iss={ISSUER}",
        f"/callback?code=abc&state=&iss={ISSUER}",
        f"/callback?code=abc&code=abc&state={STATE}&iss={ISSUER}",
        f"/callback?code=abc&error=x&state={STATE}&iss={ISSUER}",
        f"/callback?state={STATE}&iss={ISSUER}",
        f"/callback?code=abc&state=%ff&iss={ISSUER}",
        f"/callback?code={'a' * 5000}&state={STATE}&iss={ISSUER}",
        f"/callback/../x?code=abc&state={STATE}&iss={ISSUER}",
        f"/x?code=abc&state={STATE}&iss={ISSUER}",
    ],
)
def test_nothing_else_disturbs_the_wait(loopback: Loopback, target: str) -> None:
    status, page = call(loopback, target)
    assert status == 404 and page.encode() == NOT_OURS.body
    assert loopback.wait(0.05) is None
    bring(loopback, code="abc")
    answer = loopback.wait(5)
    assert answer is not None and answer.code == "abc"


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS", "DELETE"])
def test_only_a_browser_that_is_sent_here_is_answered(loopback: Loopback, method: str) -> None:
    status, _ = call(loopback, f"/callback?code=abc&state={STATE}&iss={ISSUER}", method)
    assert status == 501
    assert loopback.wait(0.05) is None


def test_of_many_at_once_one_is_taken(loopback: Loopback) -> None:
    found: list[tuple[int, str]] = []
    together = threading.Barrier(20)

    def come(number: int) -> None:
        together.wait()
        found.append(bring(loopback, code=f"code-{number}"))

    threads = [threading.Thread(target=come, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in found) == [200] + [409] * 19
    assert {page.encode() for status, page in found if status == 409} == {NOT_USED.body}
    assert loopback.wait(5) is not None
    assert loopback.wait(0.05) is None


def test_a_browser_that_only_connects_holds_nobody_up(loopback: Loopback) -> None:
    place = ("127.0.0.1", urlsplit(loopback.redirect_uri).port or 0)
    idle = [socket.create_connection(place) for _ in range(3)]
    try:
        idle[0].sendall(b"GET /callback?co")
        began = time.monotonic()
        assert bring(loopback, code="abc")[0] == 200
        assert time.monotonic() - began < 3
    finally:
        for connection in idle:
            connection.close()


def test_nobody_listens_afterwards_and_nowhere_else() -> None:
    with Loopback(STATE, ISSUER) as loopback:
        port = urlsplit(loopback.redirect_uri).port or 0
        assert loopback.redirect_uri == f"http://127.0.0.1:{port}/callback"
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.2", port)) != 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


class _Languages(HTMLParser):
    """The languages that a page says it is in."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name == "lang"]


@pytest.mark.parametrize("page", [RECEIVED, DECLINED, FAILED, NOT_USED, NOT_OURS])
def test_each_page_is_in_both_languages_and_leaks_nothing(page: Page) -> None:
    text = page.body.decode()
    languages = _Languages()
    languages.feed(text)
    assert languages.found == ["en", "zh-CN"]
    assert page.english[0] in text and page.chinese[0] in text
    assert page.headers["Referrer-Policy"] == "no-referrer" and page.headers["Cache-Control"] == "no-store"
    assert "script" not in text and not re.search(r"(src|href)=\"(?!data:,)", text)
    assert len({one.body for one in (RECEIVED, DECLINED, FAILED, NOT_USED, NOT_OURS)}) == 5
