"""Forged headers, callbacks and cookies at sites behind a proxy; none of it opens a site or breaks the portal."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.sso import PORTAL
from sso_testkit.together import together
from tests.support.forwarding_proxy import PROXY, TRUSTED, WIKI, protect
from tests.support.hostile.raw_requests import Answer, send

pytestmark = pytest.mark.sso(settings=TRUSTED)

INTRANET = "https://intranet.example.test"
CHECK = b"/o/forward_auth/"


@pytest.fixture(autouse=True)
def sites(sso: SingleSignOn) -> None:
    for address in (WIKI, INTRANET):
        protect(sso, address, rules={"public": ["/assets/", "/robots.txt"]})


def asked(sso: SingleSignOn, path: bytes = CHECK, query: bytes = b"", method: str = "GET", **environ: str) -> Answer:
    """What the portal answers the proxy of the wiki, or whoever ``environ`` says it is."""
    usual = {
        "REMOTE_ADDR": PROXY,
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_HOST": "wiki.example.test",
        "HTTP_X_FORWARDED_URI": "/",
        "HTTP_X_FORWARDED_METHOD": "GET",
    }
    return send(sso.portal_app, method, path, query, b"", {**usual, **environ})


def cookies_of(browser: Browser, address: str = WIKI) -> str:
    """What the browser sends to a site."""
    return browser.jar.header_for(f"{address}/", frozenset({"Lax"}))


def callback_of(browser: Browser, site: str = WIKI) -> str:
    """The address of the callback that a browser has been sent to, without going there."""
    started = browser.request("GET", f"{site}/", None).headers["Location"]
    return str(browser.request("GET", started, None).headers["Location"])


def is_in(browser: Browser, site: str = WIKI) -> bool:
    """Whether the site is open to a browser without asking the portal's pages."""
    return browser.request("GET", f"{site}/", None).status_int == 200


@pytest.mark.parametrize("path", ["/", "/robots.txt"])
def test_a_forged_identity_does_nothing(sso: SingleSignOn, browser: Browser, path: str) -> None:
    forged = {"Remote-User": "admin", "Remote-Name": "A", "Remote-Email": "a@b", "Remote-Groups": "admin"}
    answer = sso.browser().request("GET", WIKI + path, None, forged)
    assert (answer.status_int, "admin" in answer.text) == ((303, False) if path == "/" else (200, False))
    browser.open(f"{WIKI}/")
    assert browser.request("GET", WIKI + path, None, forged).text == f"{path} for zp|张鹏|zp@example.test|"
    told = asked(sso, HTTP_REMOTE_USER="admin", HTTP_X_FORWARDED_URI="/robots.txt")
    assert [told.header(f"Remote-{name}") for name in ("User", "Name", "Email", "Groups")] == [""] * 4
    assert all(told.has(f"Remote-{name}") for name in ("User", "Name", "Email", "Groups")), "all are written over"


def test_only_named_proxies_may_ask(sso: SingleSignOn, browser: Browser) -> None:
    browser.open(f"{WIKI}/")
    cookie = cookies_of(browser)
    assert asked(sso, HTTP_COOKIE=cookie).header("Remote-User") == "zp"
    for address in ("192.0.2.7", "", "10.0.0.8", f"{PROXY} "):
        for path in (CHECK, CHECK + b"start", CHECK + b"callback", CHECK + b"sign-out"):
            answer = asked(sso, path, REMOTE_ADDR=address, HTTP_COOKIE=cookie, HTTP_X_FORWARDED_FOR=PROXY)
            assert answer.status == 400
            assert not answer.has("Remote-User")
            assert not answer.has("Set-Cookie")


@pytest.mark.parametrize(
    "headers",
    [
        {"HOST": "evil.example"},
        {"HOST": ""},
        {"HOST": "wiki.example.test:444"},
        {"HOST": "wiki.example.test, evil.example"},
        {"HOST": "evil.example, wiki.example.test"},
        {"HOST": "wiki.example.test/x"},
        {"HOST": "wiki.example.test?x"},
        {"HOST": "zp@wiki.example.test"},
        {"HOST": "wiki.example.test\x00"},
        {"HOST": "w\xedki.example.test"},
        {"HOST": "x" * 50_000},
        {"PROTO": "http"},
        {"PROTO": ""},
        {"PROTO": "https, https"},
        {"PROTO": "javascript"},
    ],
)
def test_a_host_that_nobody_has_registered(sso: SingleSignOn, browser: Browser, headers: dict[str, str]) -> None:
    browser.open(f"{WIKI}/")
    changed = {f"HTTP_X_FORWARDED_{name}": value for name, value in headers.items()}
    for path in (CHECK, CHECK + b"start", CHECK + b"callback", CHECK + b"sign-out"):
        answer = asked(sso, path, HTTP_COOKIE=cookies_of(browser), HTTP_HOST="wiki.example.test", **changed)
        assert answer.status == 400
        assert not answer.has("Location")


@pytest.mark.parametrize("host", ["WIKI.example.test", "wiki.example.test:443"])
def test_the_same_host_spelled_differently(sso: SingleSignOn, browser: Browser, host: str) -> None:
    browser.open(f"{WIKI}/")
    assert asked(sso, HTTP_COOKIE=cookies_of(browser), HTTP_X_FORWARDED_HOST=host).header("Remote-User") == "zp"


def test_somebody_elses_callback_signs_nobody_in(sso: SingleSignOn, browser: Browser) -> None:
    """Login CSRF (RFC 9700, section 4.7): lin leads zp to the end of her own sign-in."""
    lin, victim = sso.browser(), sso.browser()
    lin.open(f"{PORTAL}/o/login/")
    lin.sign_in("lin")
    forged = callback_of(lin)
    victim.request("GET", f"{WIKI}/", None)
    for visitor in (victim, sso.browser()):
        answer = visitor.request("GET", forged, None)
        assert (answer.status_int, answer.headers["Location"]) == (303, f"{WIKI}/")
        assert not is_in(visitor)
    assert not answer.headers.getall("Set-Cookie")
    lin.open(forged)
    assert is_in(lin), "the code was not used up by that"


def test_somebody_elses_code_with_a_good_state(sso: SingleSignOn, browser: Browser) -> None:
    lin = sso.browser()
    lin.open(f"{PORTAL}/o/login/")
    lin.sign_in("lin")
    theirs, own = (parse_qs(urlsplit(callback_of(one)).query) for one in (lin, browser))
    mixed = f"{WIKI}/.sso/callback?code={theirs['code'][0]}&state={own['state'][0]}"
    assert browser.request("GET", mixed, None).headers["Location"] == f"{WIKI}/"
    assert not is_in(browser)


def test_a_code_of_another_site(sso: SingleSignOn, browser: Browser) -> None:
    other = parse_qs(urlsplit(callback_of(browser, INTRANET)).query)["code"][0]
    own = parse_qs(urlsplit(callback_of(browser)).query)["state"][0]
    browser.request("GET", f"{WIKI}/.sso/callback?code={other}&state={own}", None)
    assert not is_in(browser)
    browser.request("GET", f"{WIKI}/.sso/callback?code={other}", None)
    assert not is_in(browser)


def test_a_callback_that_is_shown_again(sso: SingleSignOn, browser: Browser) -> None:
    address = callback_of(browser)
    browser.open(address)
    assert is_in(browser)
    again = browser.request("GET", address, None)
    assert again.headers["Location"] == f"{WIKI}/"
    assert not again.headers.getall("Set-Cookie")
    assert is_in(browser), "loading the page again signs nobody out"


def test_a_callback_at_the_same_time_signs_in_once(sso: SingleSignOn, browser: Browser) -> None:
    query = urlsplit(callback_of(browser)).query.encode()
    cookie = cookies_of(browser)
    answers = together(8, lambda _number: asked(sso, CHECK + b"callback", query, HTTP_COOKIE=cookie))
    assert {answer.status for answer in answers} == {303}
    assert sum(answer.has("Set-Cookie") for answer in answers) == 1


def test_a_callback_that_comes_too_late(sso: SingleSignOn, browser: Browser) -> None:
    address = callback_of(browser)
    sso.clock.advance(seconds=61)
    browser.request("GET", address, None)
    assert not is_in(browser)
    sso.clock.advance(seconds=86_400)
    assert browser.request("GET", address, None).headers["Location"] == f"{WIKI}/"


def test_a_callback_after_signing_out(sso: SingleSignOn, browser: Browser) -> None:
    address = callback_of(browser)
    with sso.portal.transaction() as unit:
        unit.sign_outs.end_all_of(unit.users.by_username("zp"), "ended_elsewhere")
    browser.request("GET", address, None)
    assert not is_in(browser)
    with sso.portal.database.engine.connect() as connection:
        refusals = list(connection.exec_driver_sql("SELECT * FROM trace_events"))
    assert "session_over" in str(refusals), "an operator can find out why"


@pytest.mark.parametrize("query", ["", "code=x", "state=x", "code=%FF&state=%FF", "state=a.b.c&code=" + "x" * 9000])
def test_a_callback_without_rhyme_or_reason(sso: SingleSignOn, browser: Browser, query: str) -> None:
    browser.request("GET", f"{WIKI}/", None)
    answer = asked(sso, CHECK + b"callback", query.encode(), HTTP_COOKIE=cookies_of(browser))
    assert answer.status == 303
    assert answer.header("Location") == f"{WIKI}/"
    assert not answer.has("Set-Cookie")


def test_a_cookie_opens_one_site_and_nothing_else(sso: SingleSignOn, browser: Browser) -> None:
    browser.open(f"{WIKI}/")
    values = {cookie.name: cookie.value for cookie in browser.jar if cookie.domain == "wiki.example.test"}
    name, value = next((name, value) for name, value in values.items() if "begun" not in name)
    browser.open(f"{INTRANET}/")
    intranet = next(
        cookie.name for cookie in browser.jar if cookie.domain == "intranet.example.test" and "begun" not in cookie.name
    )
    for spelled in (name, intranet):
        answer = asked(sso, HTTP_COOKIE=f"{spelled}={value}", HTTP_X_FORWARDED_HOST="intranet.example.test")
        assert answer.status == 401
    portal = send(sso.portal_app, "GET", b"/", b"", b"", {"HTTP_COOKIE": f"__Host-sso_session={value}"})
    assert "Sign in" in portal.body.decode()
    told = send(sso.portal_app, "GET", b"/o/userinfo", b"", b"", {"HTTP_AUTHORIZATION": f"Bearer {value}"})
    assert told.status == 401


def test_the_portals_cookie_opens_no_site(sso: SingleSignOn, browser: Browser) -> None:
    browser.open(f"{WIKI}/")
    name = next(cookie.name for cookie in browser.jar if "sso_site_" in cookie.name and "begun" not in cookie.name)
    session = next(cookie.value for cookie in browser.jar if cookie.name == "__Host-sso_session")
    assert asked(sso, HTTP_COOKIE=f"{name}={session}").status == 401
    assert asked(sso, HTTP_COOKIE=f"__Host-sso_session={session}").status == 401


def test_the_cookies_are_for_one_host_and_for_no_script(sso: SingleSignOn, browser: Browser) -> None:
    started = browser.request("GET", f"{WIKI}/", None)
    arrived = browser.request("GET", callback_of(browser), None)
    for answer in (started, arrived):
        (cookie,) = answer.headers.getall("Set-Cookie")
        assert cookie.startswith("__Host-sso_site_")
        assert {"secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")[1:]}
        assert "domain" not in cookie.lower()


def test_the_cookie_is_not_kept_as_it_is(sso: SingleSignOn, browser: Browser) -> None:
    browser.open(f"{WIKI}/")
    values = {cookie.value for cookie in browser.jar if "sso_site_" in cookie.name}
    with sso.portal.database.engine.connect() as connection:
        rows = [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM site_sign_ins")]
    assert rows
    assert not any(value in str(rows) for value in values)


@pytest.mark.parametrize(
    ("asked_for", "led_to"),
    [
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/.sso/sign-out", "/"),
        ("/.sso/start?return_to=/x", "/"),
        ("/a\r\nSet-Cookie: a=b", "/a%0D%0ASet-Cookie:%20a=b"),
        ("/" + "x" * 20_000, "/"),
        ("/\xe9\xff?\xc3\x28", "/%E9%FF?%C3("),
        ("/a%2Fb?next=https://evil.example/", "/a%2Fb?next=https://evil.example/"),
        ("", "/"),
    ],
)
def test_nobody_is_led_to_another_host(sso: SingleSignOn, browser: Browser, asked_for: str, led_to: str) -> None:
    started = asked(sso, CHECK + b"start", HTTP_X_FORWARDED_URI=asked_for)
    assert started.status == 303
    cookie = started.header("Set-Cookie").partition(";")[0]
    answer = browser.request("GET", started.header("Location"), None)
    query = urlsplit(answer.headers["Location"]).query.encode()
    arrived = asked(sso, CHECK + b"callback", query, HTTP_COOKIE=cookie)
    assert arrived.header("Location") == WIKI + led_to
    assert arrived.has("Set-Cookie")


@pytest.mark.parametrize(
    "uri",
    [
        "/assets/../private",
        "/assets/%2e%2e/private",
        "/assets/%2E./private",
        "/assets/..%2fprivate",
        "/assets/%252e%252e/private",
        "/assets/..;/private",
        "/assets//../private",
        "/assets/..\\private",
        "/assets/.",
        "/assets",
        "/assetsx/",
        "/robots.txt/private",
        "/ASSETS/a",
        "//assets/a",
        "/private?/assets/",
        "/private#/assets/",
        "https://wiki.example.test/assets/a",
        "/assets/%00",
        "/assets/\u4e2d",
        "",
    ],
)
def test_what_could_be_another_path_is_not_public(sso: SingleSignOn, uri: str) -> None:
    assert asked(sso, HTTP_X_FORWARDED_URI=uri).status == 401


@pytest.mark.parametrize(
    "uri", ["/assets/", "/assets/a%20b.png?v=1", "/robots.txt?x=..", "/assets/%E4%B8%AD", "/assets/..a"]
)
def test_what_is_public(sso: SingleSignOn, uri: str) -> None:
    assert asked(sso, HTTP_X_FORWARDED_URI=uri).status == 200


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_COOKIE": "\xff\xfe=\xff; ;;;=" + "a" * 60_000},
        {"HTTP_X_FORWARDED_URI": "/" + "\xff" * 60_000},
        {"HTTP_X_FORWARDED_METHOD": "\xff" * 60_000},
        {"HTTP_ACCEPT": "\xff" * 60_000, "HTTP_SEC_FETCH_MODE": "\xff"},
        {"HTTP_ACCEPT_LANGUAGE": "\xff" * 60_000},
        {"HTTP_X_FORWARDED_FOR": ", ".join(["\xff"] * 9_000)},
    ],
)
def test_whatever_a_browser_sends_through_the_proxy(sso: SingleSignOn, environ: dict[str, Any]) -> None:
    for query in (b"", b"answer=redirect", b"answer=%FF", b"answer=redirect&answer=redirect", b"a=b&" * 200):
        for path in (CHECK, CHECK + b"start", CHECK + b"sign-out"):
            assert asked(sso, path, query, **environ).status in {303, 400, 401}


def test_signing_out_needs_the_portals_own_form(sso: SingleSignOn, browser: Browser) -> None:
    browser.open(f"{WIKI}/")
    for method in ("GET", "POST"):
        answer = asked(sso, CHECK + b"sign-out", method=method, HTTP_COOKIE=cookies_of(browser))
        assert answer.header("Location").startswith(f"{PORTAL}/o/logout/?client_id=wiki&")
        assert not answer.has("Set-Cookie")
    assert is_in(browser)


def test_a_cookie_that_was_never_given_out(sso: SingleSignOn, browser: Browser) -> None:
    browser.open(f"{WIKI}/")
    name = next(cookie.name for cookie in browser.jar if "sso_site_" in cookie.name and "begun" not in cookie.name)
    for value in (secrets.token_urlsafe(32), "", "x", "x" * 44, "\xff" * 43, "\u0661" * 21):
        spelled = value.encode().decode("latin-1")
        assert asked(sso, HTTP_COOKIE=f"{name}={spelled}").status == 401


def test_the_page_that_refuses_tells_nothing_of_its_own_address(sso: SingleSignOn, browser: Browser) -> None:
    page = browser.open(f"{PORTAL}/o/site_refused/?client_id=wiki&because=%3Cb%3E&again=https://evil.example/")
    assert page.status_int == 200
    assert "evil" not in page.html.select_one("main").text + str([link["href"] for link in page.html.select("main a")])
