"""A site that sends people back at once, although they come with an answer: the portal stops the circle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

BOUNCES, SECONDS = 5, 8
"""So many answers to one site, with less than so many seconds between them, are a circle."""

NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


class Person:
    """A browser that says what it is doing, as real ones do."""

    def __init__(self, browser: Browser, headers: dict[str, str]) -> None:
        self._browser = browser
        self._headers = headers

    def get(self, url: str) -> webtest.TestResponse:
        return self._browser.http.get(url, headers=self._headers, status="*")


@pytest.fixture
def person(browser: Browser) -> Person:
    return Person(browser, NAVIGATION)


def test_a_circle_is_stopped_and_the_session_stays(
    sso: SingleSignOn, rp: RelyingParty, person: Person, browser: Browser
) -> None:
    for _ in range(BOUNCES):
        assert person.get(rp.url()).status_int == 303
    page = person.get(rp.url())
    assert page.status_int == 429
    assert page.html.find("h1").get_text() == "You are being sent round in a circle"
    assert "Site rp has sent you here 5 times" in page.text
    assert page.html.find(id="trace").get_text() == page.headers["X-Request-Id"]
    again = page.html.find("a", class_="primary")
    assert again["href"].startswith("/o/authorize/?")
    answer = person.get(f"{PORTAL}{again['href']}")
    assert answer.status_int == 303
    assert "code=" in answer.headers["Location"], "she is still signed in, and the next try is counted anew"
    with sso.portal.transaction() as unit:
        (entry, *_) = [one for one in unit.traces.timeline(page.headers["X-Request-Id"]) if one.check]
    assert (entry.check, entry.details["bounces"]) == ("loop", 5)


def test_a_circle_of_errors_is_stopped_too(rp: RelyingParty, sso: SingleSignOn) -> None:
    nobody = Person(sso.browser(), NAVIGATION)
    statuses = [nobody.get(rp.url(prompt="none")).status_int for _ in range(BOUNCES + 1)]
    assert statuses == [303] * BOUNCES + [429]


def test_slow_people_and_several_sites_are_no_circle(
    sso: SingleSignOn, rp: RelyingParty, register: Callable[..., RelyingParty], person: Person
) -> None:
    for _ in range(4):
        for _ in range(BOUNCES):
            assert person.get(rp.url()).status_int == 303
        sso.clock.advance(SECONDS)
    other = register("shop")
    for _ in range(BOUNCES * 2):
        assert person.get(rp.url()).status_int == 303
        assert person.get(other.url()).status_int == 303


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}])
def test_programs_and_frames_are_not_counted(rp: RelyingParty, browser: Browser, headers: dict[str, str]) -> None:
    program = Person(browser, headers)
    assert {program.get(rp.url()).status_int for _ in range(BOUNCES * 3)} == {303}


@pytest.mark.parametrize("cookie", ["x", "a.b.c", "..", "1.2.3.4", "é", "9" * 400])
def test_a_strange_count_is_no_count(rp: RelyingParty, person: Person, browser: Browser, cookie: str) -> None:
    headers: dict[str, Any] = {**NAVIGATION, "Cookie": f"__Host-sso_bounces={cookie}".encode().decode("latin-1")}
    stranger = Person(browser, headers)
    assert stranger.get(rp.url()).status_int == 303


def test_signing_in_begins_the_count_anew(rp: RelyingParty, sso: SingleSignOn) -> None:
    browser = sso.browser()
    nobody = Person(browser, NAVIGATION)
    for _ in range(BOUNCES):
        nobody.get(rp.url(prompt="none"))
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    assert nobody.get(rp.url()).status_int == 303
