"""The page for frames of other sites: alone among all pages it may stand there, and it is the same for everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.sso import PORTAL

FRAME = f"{PORTAL}/o/check_session/"


@pytest.fixture
def page(sso: SingleSignOn) -> webtest.TestResponse:
    return webtest.TestApp(sso.world).get(FRAME)


def test_any_site_may_frame_it_and_nothing_else_is_allowed(page: webtest.TestResponse) -> None:
    rules = page.headers["Content-Security-Policy"].split("; ")
    assert sorted(rules) == [
        "base-uri 'none'",
        "default-src 'none'",
        "form-action 'none'",
        "frame-ancestors *",
        "script-src 'self'",
    ]
    assert "X-Frame-Options" not in page.headers
    assert page.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_it_is_one_script_and_no_word(sso: SingleSignOn, page: webtest.TestResponse) -> None:
    (script,) = page.html.find_all("script")
    assert script.string is None
    served = webtest.TestApp(sso.world).get(f"{PORTAL}{script['src']}")
    assert served.content_type == "text/javascript"
    assert "immutable" in served.headers["Cache-Control"]
    assert not page.html.find_all(["form", "a", "button", "iframe", "style", "link"])
    assert page.html.body is None or not page.html.body.get_text(strip=True)


def test_it_is_the_same_for_everybody_and_asks_the_database_nothing(sso: SingleSignOn, browser: Browser) -> None:
    stranger = sso.browser("zh-CN")
    with sso.counting() as counted:
        hers, theirs = browser.request("GET", FRAME, None), stranger.request("GET", FRAME, None)
    assert hers.body == theirs.body
    assert hers.headers["Cache-Control"] == theirs.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in hers.headers and "Set-Cookie" not in theirs.headers
    assert counted.statements == []


@pytest.mark.parametrize("path", ["/", "/o/login/", "/o/logout/", "/o/authorize/", "/account/create"])
def test_no_other_page_may_stand_in_a_frame(sso: SingleSignOn, path: str) -> None:
    answer = webtest.TestApp(sso.world).get(f"{PORTAL}{path}", status="*")
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def cookie_of(answer: webtest.TestResponse) -> tuple[str, set[str]]:
    """The note among the cookies of an answer: its name and its attributes."""
    (header,) = [header for header in answer.headers.getall("Set-Cookie") if "sso_browser_state=" in header]
    name, _, rest = header.partition("=")
    return name, {part.strip().lower() for part in rest.split(";")[1:]}


def signing_in(browser: Browser) -> webtest.TestResponse:
    form = browser.open(f"{PORTAL}/o/login/?next=/healthz").forms[0]
    form["username"], form["password"] = "zp", "penadmin"
    return browser.request("POST", f"{PORTAL}/o/login/", form.submit_fields())


def test_frames_of_other_sites_see_the_cookie(sso: SingleSignOn) -> None:
    name, attributes = cookie_of(signing_in(sso.browser()))
    assert (name, attributes) == ("__Host-sso_browser_state", {"path=/", "secure", "samesite=none"})


def test_over_plain_http_browsers_would_not_take_it_so(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.web.issuer": "http://localhost:9000"})
    http = webtest.TestApp(sso.portal_app, extra_environ={"HTTP_HOST": "localhost:9000"})
    form = http.get("/o/login/?next=/healthz").forms[0]
    form["username"], form["password"] = "zp", "penadmin"
    assert cookie_of(form.submit()) == ("sso_browser_state", {"path=/", "samesite=lax"})
