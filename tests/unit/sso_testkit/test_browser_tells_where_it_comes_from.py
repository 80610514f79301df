"""What the browser's requests tell of the page they come from: Origin, Referer, Fetch Metadata."""

from __future__ import annotations

import pytest

from sso_testkit import Browser
from tests.support.cookie_town import CookieTown

A, B, SUB, PLAIN, LOCAL = (
    "https://a.test",
    "https://b.test",
    "https://sub.a.test",
    "http://a.test",
    "http://localhost:9000",
)


@pytest.fixture
def browser() -> Browser:
    return Browser(CookieTown(A, B, SUB, PLAIN, LOCAL).world)


def told(text: str) -> dict[str, str]:
    """The headers that ``/told`` says it got."""
    pairs = (line.split(": ", 1) for line in text.splitlines())
    return {name.lower().replace("_", "-"): value for name, value in pairs if value != "-"}


def test_a_typed_address_comes_from_nowhere(browser: Browser) -> None:
    browser.open(B)
    assert told(browser.open(f"{A}/told").text) == {}, "unless it is asked to"
    browser.tell_when_typed = True
    assert told(browser.open(f"{A}/told").text) == {
        "sec-fetch-site": "none",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
        "sec-fetch-user": "?1",
    }


@pytest.mark.parametrize(
    ("page", "site", "referer", "origin"),
    [
        (A, "same-origin", f"{A}/leads-to?{A}/told", A),
        (SUB, "same-site", f"{SUB}/", SUB),
        (B, "cross-site", f"{B}/", B),
        (PLAIN, "cross-site", f"{PLAIN}/", PLAIN),
    ],
)
def test_links_and_forms(browser: Browser, page: str, site: str, referer: str, origin: str) -> None:
    browser.open(f"{page}/leads-to?{A}/told")
    assert told(browser.click("there").text) == {
        "sec-fetch-site": site,
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
        "sec-fetch-user": "?1",
        "referer": referer,
    }
    browser.back()
    posted = told(browser.submit(browser.page.form).text)
    assert (posted["origin"], posted["referer"], posted["sec-fetch-site"]) == (origin, referer, site)


def test_to_whom_others_can_hear_nothing_is_told(browser: Browser) -> None:
    browser.open(f"{A}/leads-to?{PLAIN}/told")
    assert told(browser.click("there").text) == {}
    browser.back()
    assert told(browser.submit(browser.page.form).text) == {"origin": "null"}
    browser.open(f"{A}/leads-to?{LOCAL}/told")
    assert "sec-fetch-site" in told(browser.click("there").text), "nobody can hear what stays on this machine"


@pytest.mark.parametrize(
    ("policy", "at_home", "abroad", "origin_abroad"),
    [
        ("no-referrer", "", "", "null"),
        ("same-origin", "whole", "", "null"),
        ("origin", f"{A}/", f"{A}/", A),
        ("strict-origin", f"{A}/", f"{A}/", A),
        ("origin-when-cross-origin", "whole", f"{A}/", A),
        ("strict-origin-when-cross-origin", "whole", f"{A}/", A),
        ("no-referrer-when-downgrade", "whole", "whole", A),
        ("unsafe-url", "whole", "whole", A),
        ("made-up", "whole", f"{A}/", A),
        ("no-referrer,made-up", "", "", "null"),
    ],
)
def test_the_page_s_policy_is_kept(
    browser: Browser, policy: str, at_home: str, abroad: str, origin_abroad: str
) -> None:
    for target, expected in ((A, at_home), (B, abroad)):
        page = f"{A}/leads-to/{policy}?{target}/told"
        browser.open(page)
        assert told(browser.click("there").text).get("referer", "") == (page if expected == "whole" else expected)
    browser.back()
    assert told(browser.submit(browser.page.form).text)["origin"] == origin_abroad


def test_redirects_are_as_far_as_their_furthest(browser: Browser) -> None:
    browser.open(f"{A}/leads-to?{B}/redirect?303+{A}/told")
    assert told(browser.click("there").text)["sec-fetch-site"] == "cross-site"
    browser.tell_when_typed = True
    assert told(browser.open(f"{B}/redirect?303+{A}/told").text)["sec-fetch-site"] == "none"


def test_a_form_that_a_stranger_sends_on_comes_from_nobody(browser: Browser) -> None:
    browser.open(f"{A}/leads-to?{B}/redirect?307+{A}/told")
    assert told(browser.submit(browser.page.form).text)["origin"] == "null"
    browser.open(f"{A}/leads-to?{A}/redirect?307+{B}/told")
    assert told(browser.submit(browser.page.form).text)["origin"] == A


def test_frames_say_that_they_are_frames(browser: Browser) -> None:
    browser.open(f"{B}/frames?{A}/told")
    (frame,) = browser.frames
    assert told(frame.response.text) == {
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "iframe",
        "referer": f"{B}/",
    }
