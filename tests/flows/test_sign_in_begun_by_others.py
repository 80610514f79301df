"""Sign-ins that somebody else than the site begins (OpenID Connect Core, section 4)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.sso import PORTAL, PROJECT_CENTER

BEGIN = f"{PROJECT_CENTER}/sso/sign-in"


def begin(**parameters: str) -> str:
    return f"{BEGIN}?{urlencode(parameters)}"


def test_from_the_launcher_straight_into_a_site(browser: Browser) -> None:
    browser.open(f"{PORTAL}/")
    browser.click("Project Center")
    assert browser.url == f"{PROJECT_CENTER}/"
    assert "zp" in browser.text, "she is signed in there"


def test_a_link_leads_to_the_page_that_was_meant(sso: SingleSignOn) -> None:
    newcomer = sso.browser()
    newcomer.open(begin(iss=PORTAL, login_hint="lin", target_link_uri=f"{PROJECT_CENTER}/mine?a=%20b#part"))
    assert newcomer.page.forms[0]["username"].value == "lin"
    newcomer.sign_in("lin", "lin-demo-password")
    assert newcomer.url == f"{PROJECT_CENTER}/mine?a=%20b"


def test_by_post_too(browser: Browser) -> None:
    page = browser.request("POST", BEGIN, [("iss", PORTAL), ("target_link_uri", f"{PROJECT_CENTER}/mine")])
    assert page.status_int == 303
    browser.open(page.headers["Location"])
    assert browser.url == f"{PROJECT_CENTER}/mine"


def test_who_is_signed_in_there_goes_straight_on(browser: Browser) -> None:
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.open(begin(iss=PORTAL, target_link_uri=f"{PROJECT_CENTER}/mine?again=1"))
    assert browser.hops[-1] == f"GET {PROJECT_CENTER}/mine?again=1"
    assert len(browser.hops) == 2


@pytest.mark.parametrize("issuer", ["https://evil.example", f"{PORTAL}/", PORTAL.upper(), "x" * 3000])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_issuer_is_not_gone_to(browser: Browser, issuer: str, method: str) -> None:
    if method == "GET":
        answer = browser.request("GET", begin(iss=issuer, target_link_uri=f"{PROJECT_CENTER}/mine"), None)
    else:
        answer = browser.request("POST", BEGIN, [("iss", issuer)])
    assert answer.status_int == 400
    assert "came from somewhere else" in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/mine",
        "//evil.example/",
        f"{PROJECT_CENTER}.evil.example/",
        f"{PROJECT_CENTER}@evil.example/",
        f"{PROJECT_CENTER}//evil.example/",
        f"{PROJECT_CENTER}/\\evil.example",
        "javascript:alert(1)",
        "http://[",
        "",
    ],
)
def test_a_target_elsewhere_is_the_start_page(browser: Browser, target: str) -> None:
    browser.open(begin(iss=PORTAL, target_link_uri=target))
    assert browser.url == f"{PROJECT_CENTER}/"


@pytest.mark.parametrize("hint", ["x" * 321, "a\nb", "\x00"])
def test_a_strange_hint_is_left_aside(sso: SingleSignOn, hint: str) -> None:
    location = sso.browser().request("GET", begin(iss=PORTAL, login_hint=hint), None).headers["Location"]
    assert "login_hint" not in parse_qs(urlsplit(location).query)
