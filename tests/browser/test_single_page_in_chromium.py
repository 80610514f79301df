"""The single-page app in Chromium, against the demo: both ways to a token, and what becomes of bad answers.

Screenshots are written to test-results/screenshots to be looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_every_page import SCREENSHOTS, Walk
from tests.browser.test_two_sites_in_chromium import sign_in
from tests.support.demo import Demo

OLD, NEW = "Sign in the old way", "Sign in today's way"
BUTTONS = {"implicit": (OLD, "用旧方式登录"), "code": (NEW, "用现在的方式登录")}


@pytest.fixture(scope="module", autouse=True)
def folder() -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)


def home(demo: Demo) -> str:
    return f"http://localhost:{demo.base_port + 4}/"


def come_in(page: Page, demo: Demo, button: str) -> None:
    """Press a button of the page and do what the portal asks for."""
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url(f"{demo.portal}/o/login/**")
    sign_in(page)
    agree(page)
    page.wait_for_url(home(demo))


def agree(page: Page) -> None:
    """Press *Allow*, if it is asked for: the portal remembers the answer."""
    page.wait_for_load_state()
    allow = page.locator('button[name="decision"][value="allow"]')
    if allow.count():
        allow.click()


def outcome(page: Page, text: str) -> None:
    expect(page.locator("#outcome")).to_have_text(text)


def steps(page: Page) -> list[str]:
    return page.locator("#steps li").all_inner_texts()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", [0, 1], ids=["en", "zh-CN"])
@pytest.mark.parametrize("way", ["implicit", "code"])
def test_the_page_before_and_after(
    demo: Demo, visitor: Callable[..., Page], way: str, language: int, width: int, scheme: str
) -> None:
    locale = ("en", "zh-CN")[language]
    page = visitor(locale=locale, width=width, scheme=scheme)
    walk = Walk(page, f"{way}-{locale}-{width}-{scheme}", width)
    page.goto(home(demo))
    walk.look("single-page")
    come_in(page, demo, BUTTONS[way][language])
    outcome(page, ("You are signed in as 张鹏 (zp)", "你已登录：张鹏 (zp)")[language])
    assert page.url == home(demo)
    walk.look("single-page-signed-in")


def test_the_old_way_has_the_token_in_the_address_and_takes_it_out(demo: Demo, visitor: Callable[..., Page]) -> None:
    page = visitor()
    answers: list[str] = []
    page.on("response", lambda answer: answers.append(answer.headers.get("location", "")))
    page.goto(home(demo))
    come_in(page, demo, OLD)
    outcome(page, "You are signed in as 张鹏 (zp)")
    landing = next(place for place in answers if place.startswith(f"{home(demo)}#"))
    given = parse_qs(urlsplit(landing).fragment)
    assert given["token_type"] == ["Bearer"] and len(given["access_token"][0]) >= 30
    assert page.url == home(demo)
    assert len(steps(page)) == 3 and f"{len(given['access_token'][0])} characters" in steps(page)[0]
    # Nothing of it is left, in the page's storage or in the history behind it.
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    assert given["access_token"][0] not in page.content()
    page.goto(f"{home(demo)}nothing")
    page.go_back()
    assert page.url == home(demo)


def test_todays_way_has_no_token_in_any_address(demo: Demo, visitor: Callable[..., Page]) -> None:
    page = visitor()
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(home(demo))
    with page.expect_response("**/o/token/") as answered:
        come_in(page, demo, NEW)
    outcome(page, "You are signed in as 张鹏 (zp)")
    token = answered.value.json()["access_token"]
    began = parse_qs(urlsplit(next(a for a in addresses if "/o/authorize/" in a)).query)
    assert began["code_challenge_method"] == ["S256"] and began["resource"] == [demo.user_api]
    assert not [address for address in addresses if "access_token" in address or "code_verifier" in address]
    assert len(steps(page)) == 4 and f"{demo.portal}/o/token/" in steps(page)[2]
    # Signed out here, the token opens nothing any more.
    page.get_by_role("button", name="Ask the API again").click()
    expect(page.locator("#steps li")).to_have_count(5)
    page.get_by_role("button", name="Sign out here").click()
    outcome(page, "You are signed out here")
    answer = page.request.get(f"{demo.portal}/o/userinfo/", headers={"Authorization": f"Bearer {token}"})
    assert answer.status == 401
    expect(page.get_by_role("button", name="Sign out here")).to_be_hidden()


def test_who_declines_may_look_around(demo: Demo, visitor: Callable[..., Page]) -> None:
    demo.edit_client("single-page", "consent=explicit")
    try:
        for button in (OLD, NEW):
            page = visitor()
            page.goto(home(demo))
            page.get_by_role("button", name=button, exact=True).click()
            page.wait_for_url(f"{demo.portal}/o/login/**")
            sign_in(page)
            page.locator('button[name="decision"][value="deny"]').click()
            outcome(page, "You are not signed in")
            assert steps(page) == ["You chose not to share. You can still look around."]
            assert page.url == home(demo)
    finally:
        demo.edit_client("single-page", "consent=once")


@pytest.mark.parametrize(
    "answer",
    [
        "#access_token=somebody-elses&token_type=Bearer&state=forged",
        "#access_token=somebody-elses&token_type=Bearer",
        "?code=somebody-elses&state=forged",
        "?code=a&state=forged&state=forged",
        "?error=access_denied&state=<b>forged</b>",
    ],
)
def test_an_answer_that_nobody_asked_for_is_not_used(demo: Demo, visitor: Callable[..., Page], answer: str) -> None:
    page = visitor()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(home(demo) + answer)
    outcome(page, "You are not signed in")
    assert "does not belong" in steps(page)[0]
    assert page.url == home(demo)
    assert all(url.startswith(home(demo)) for url in asked)


@pytest.mark.parametrize("way", ["implicit", "code"])
@pytest.mark.parametrize(
    ("changes", "told"),
    [({"iss": "https://evil.example"}, "another portal"), ({"state": "x"}, "does not belong")],
)
def test_an_answer_that_was_changed_on_the_way_is_not_used(
    demo: Demo, visitor: Callable[..., Page], way: str, changes: dict[str, str], told: str
) -> None:
    page = visitor()
    begun: list[dict[str, list[str]]] = []
    page.on("request", lambda r: begun.append(parse_qs(urlsplit(r.url).query)) if "/o/authorize/" in r.url else None)
    page.route(
        f"{demo.portal}/o/authorize/**", lambda route: route.fulfill(body="the portal", content_type="text/html")
    )
    page.goto(home(demo))
    page.get_by_role("button", name=BUTTONS[way][0], exact=True).click()
    page.wait_for_url(f"{demo.portal}/o/authorize/**")
    answer = {"state": begun[0]["state"][0], "iss": demo.portal, **changes}
    mark, given = ("#", "access_token=abc&token_type=Bearer") if way == "implicit" else ("?", "code=abc")
    page.goto(f"{home(demo)}{mark}{given}&" + "&".join(f"{name}={value}" for name, value in answer.items()))
    outcome(page, "You are not signed in")
    assert told in steps(page)[0]


def test_what_is_away_is_said_and_nothing_breaks(demo: Demo, visitor: Callable[..., Page]) -> None:
    page = visitor()
    page.goto(home(demo))
    page.route(re.compile(r".*/\.well-known/.*"), lambda route: route.abort())
    page.get_by_role("button", name=NEW, exact=True).click()
    outcome(page, "You are not signed in")
    assert steps(page) == ["The portal does not answer. Try again in a little while."]
    page.unroute_all()
    page.route(f"{demo.user_api}/me", lambda route: route.abort())
    come_in(page, demo, NEW)
    outcome(page, "You are not signed in")
    assert steps(page)[-1] == "The API does not answer. Try again in a little while."


def test_without_script_it_says_what_it_needs(demo: Demo, visitor: Callable[..., Page]) -> None:
    page = visitor(script=False)
    page.goto(home(demo))
    expect(page.locator(".notice")).to_contain_text("Signing in here needs JavaScript")
    expect(page.get_by_role("button", name=NEW, exact=True)).to_be_disabled()
