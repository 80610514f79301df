"""Hostile cookies and choices: a browser has the people whose secrets it has, and no others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

LOGIN = f"{PORTAL}/o/login/"
CHOOSER = f"{LOGIN}?prompt=select_account&next=/"
OTHERS = ("__Host-sso_accounts", "__Host-sso_accounts_kept")


@pytest.fixture
def both(browser: Browser) -> Browser:
    """zp and lin are signed in; lin is the current one."""
    browser.open(f"{LOGIN}?prompt=select_account&account=new&next=/")
    browser.sign_in("lin", "lin-demo-password")
    return browser


def value(browser: Browser, name: str) -> str:
    return browser.cookies()[f"portal.example.test __Host-sso_{name}"]


def raw(sso: SingleSignOn, session: str, name: str, others: str) -> webtest.TestApp:
    """A browser that sends these cookies, byte for byte."""
    header = f"__Host-sso_session={session}; {name}={others}"
    environ = {"HTTP_COOKIE": header, "HTTP_HOST": "portal.example.test", "wsgi.url_scheme": "https"}
    return webtest.TestApp(sso.portal_app, extra_environ=environ)


def people(http: webtest.TestApp) -> list[str]:
    """Who stands on the chooser."""
    page = http.get("/o/login/?prompt=select_account", status=200)
    return [
        button.find(class_="quiet").get_text().split()[0]
        for button in page.html.find_all("button", attrs={"name": "account"})
    ]


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize(
    "forged",
    [
        "garbage",
        "",
        ".",
        "....",
        "x" * 43,
        ".".join("x" * 43 for _ in range(100)),
        "é" * 43,
        "\xff\xfe",
        '"\\377"',
        "%00",
    ],
)
def test_garbage_adds_nobody(sso: SingleSignOn, browser: Browser, name: str, forged: str) -> None:
    http = raw(sso, value(browser, "session"), name, forged)
    assert people(http) == ["zp"]
    for path in ("/", "/o/logout/", "/o/authorize/?client_id=project-center", "/o/logout/?logout_hint=%FF"):
        assert http.get(path, status="*").status_int < 500


@pytest.mark.parametrize("name", OTHERS)
def test_what_stands_there_twice_is_one(sso: SingleSignOn, both: Browser, name: str) -> None:
    hers, his = value(both, "accounts"), value(both, "session")
    assert people(raw(sso, his, name, f"{hers}.{hers}.{his}.{hers}")) == ["lin", "zp"]
    assert sorted(people(raw(sso, "x", name, f"{hers}.{his}.{hers}"))) == ["lin", "zp"]


def test_an_ended_session_is_nobodys(sso: SingleSignOn, both: Browser) -> None:
    hers, his = value(both, "accounts"), value(both, "session")
    with sso.portal.transaction() as unit:
        person = unit.users.by_username("zp")
        assert person is not None
        unit.sign_outs.end_all_of(person, "password_changed")
    assert people(raw(sso, his, OTHERS[0], hers)) == ["lin"]


def test_a_disabled_person_is_on_no_page(sso: SingleSignOn, both: Browser) -> None:
    with sso.portal.transaction() as unit:
        person = unit.users.by_username("zp")
        assert person is not None
        unit.users.set_enabled(person, False)
    assert people(raw(sso, value(both, "session"), OTHERS[0], value(both, "accounts"))) == ["lin"]


def choose(browser: Browser, sid: str, **changes: str) -> webtest.TestResponse:
    form = browser.open(CHOOSER).forms[0]
    fields = {
        "csrf_token": form["csrf_token"].value,
        "next": "/",
        "prompt": "select_account",
        "account": sid,
        **changes,
    }
    return browser.request("POST", LOGIN, list(fields.items()))


def sid_of(sso: SingleSignOn, username: str) -> str:
    with sso.portal.transaction() as unit:
        person = unit.users.by_username(username)
        assert person is not None
        return str(unit.sessions.going_on(person)[0].sid)


def test_somebody_elses_session_is_not_to_be_chosen(sso: SingleSignOn, browser: Browser) -> None:
    stranger = sso.browser()
    stranger.open(LOGIN)
    stranger.sign_in("lin", "lin-demo-password")
    for sid in (sid_of(sso, "lin"), value(stranger, "session"), "", "x", "%00", "é", "y" * 5000):
        answer = choose(browser, sid)
        assert answer.status_int in {200, 303}, sid
        assert "林晓" not in browser.open(f"{PORTAL}/").text
    assert "Hello, 张鹏" in browser.open(f"{PORTAL}/").text


def test_choosing_needs_a_form_of_ours(sso: SingleSignOn, both: Browser) -> None:
    hers = sid_of(sso, "zp")
    for token in ("", "x", value(both, "session")):
        answer = choose(both, hers, csrf_token=token)
        assert answer.status_int == 200 and "had been open for a while" in answer.text
    both.open(f"{LOGIN}?prompt=select_account&next=/&account={hers}")
    assert "Hello, 林晓" in both.open(f"{PORTAL}/").text
    assert choose(both, hers).status_int == 303
    assert "Hello, 张鹏" in both.open(f"{PORTAL}/").text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_a_choice_leads_nowhere_else(sso: SingleSignOn, both: Browser, target: str) -> None:
    assert choose(both, sid_of(sso, "zp"), next=target).headers["Location"] == f"{PORTAL}/"


def test_the_note_of_a_choice_is_no_key_in_another_browser(
    sso: SingleSignOn, both: Browser, register: Callable[..., RelyingParty]
) -> None:
    shop = register("shop")
    request = shop.url(prompt="select_account").removeprefix(PORTAL)
    noted = choose(both, sid_of(sso, "zp"), next=request).headers["Location"]
    stranger = sso.browser()
    stranger.open(noted)
    assert stranger.url.startswith(LOGIN)
    stranger.sign_in("lin", "lin-demo-password")
    stranger.open(noted)
    assert "Choose an account" in stranger.text, "nobody has chosen her here"


def test_signing_out_names_only_who_is_here(sso: SingleSignOn, browser: Browser) -> None:
    stranger = sso.browser()
    stranger.open(LOGIN)
    stranger.sign_in("lin", "lin-demo-password")
    form = browser.open(f"{PORTAL}/o/logout/?logout_hint={sid_of(sso, 'lin')}").forms[0]
    assert "张鹏" in browser.text
    fields = {"csrf_token": form["csrf_token"].value, "decision": "sign_out", "account": sid_of(sso, "lin")}
    browser.request("POST", f"{PORTAL}/o/logout/", list(fields.items()))
    assert "Hello, 林晓" in stranger.open(f"{PORTAL}/").text
    assert "Hello, 张鹏" in browser.open(f"{PORTAL}/").text


def test_the_cookies_of_the_others_are_as_secret_as_the_first(both: Browser) -> None:
    form = both.open(f"{LOGIN}?prompt=select_account&account=new&next=/").forms[0]
    fields = {"csrf_token": form["csrf_token"].value, "username": "zp", "password": "penadmin", "remember_me": "1"}
    headers = both.request("POST", LOGIN, list(fields.items())).headers.getall("Set-Cookie")
    named = [header for header in headers if header.startswith(("__Host-sso_accounts", "__Host-sso_session"))]
    assert len(named) == 2
    for header in named:
        words = header.lower()
        assert "httponly" in words and "secure" in words and "samesite=lax" in words and "path=/" in words
    assert "max-age" not in next(header for header in named if "accounts" in header).lower(), "lin is not remembered"
