"""The browser's cookies: kept, sent, refused and forgotten as real browsers do."""

from __future__ import annotations

import pytest
import webtest

from sso_testkit import Browser, MovableClock
from tests.support.cookie_town import CookieTown

A, B, SUB, PLAIN, LOCAL = (
    "https://a.test",
    "https://b.test",
    "https://sub.a.test",
    "http://a.test",
    "http://localhost:9000",
)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(1_000_000)


@pytest.fixture
def town() -> CookieTown:
    return CookieTown(A, B, SUB, PLAIN, LOCAL, "http://localhost:9001", "https://b.a.test")


@pytest.fixture
def browser(town: CookieTown, clock: MovableClock) -> Browser:
    return Browser(town.world, clock=clock)


def test_a_cookie_is_for_the_host_that_set_it(town: CookieTown, browser: Browser) -> None:
    browser.open(town.setting(A, "x=1; Secure"))
    assert browser.open(A).text == "x=1"
    assert [browser.open(place).text for place in (SUB, B, PLAIN)] == ["", "", ""]
    assert browser.cookies() == {"a.test x": "1"}


def test_a_domain_is_for_all_hosts_below_it(town: CookieTown, browser: Browser) -> None:
    browser.open(town.setting(SUB, "x=1; Domain=.a.test"))
    assert [browser.open(place).text for place in (A, SUB, "https://b.a.test", B)] == ["x=1", "x=1", "x=1", ""]


@pytest.mark.parametrize(
    ("place", "header", "reason"),
    [
        (A, "x=1; Domain=b.test", "foreign domain 'b.test'"),
        (A, "x=1; Domain=sub.a.test", "foreign domain"),
        ("https://b.a.test", "x=1; Domain=.test", "nobody owns the domain 'test'"),
        (PLAIN, "x=1; Secure", "without TLS"),
        (A, "x=1; SameSite=None", "not Secure"),
        (A, "__Secure-x=1", "promises that it is Secure"),
        (A, "__Host-x=1; Secure; Path=/deep", "of one host"),
        (A, "__host-x=1; Secure; Path=/; Domain=a.test", "of one host"),
        (A, "=", "neither name nor value"),
        (A, "x=a\x07b", "control characters"),
        (A, f"x={'y' * 4096}", "larger than 4096"),
    ],
)
def test_what_is_refused_is_noted(town: CookieTown, browser: Browser, place: str, header: str, reason: str) -> None:
    browser.jar.keep(f"{place}/", [header])
    assert list(browser.jar) == []
    (refused,) = browser.jar.refused
    assert place.endswith(refused.host)
    assert (refused.header, reason in refused.reason) == (header, True)


def test_a_foreign_cookie_of_a_real_answer_is_refused_and_the_page_is_shown(town: CookieTown, browser: Browser) -> None:
    browser.open(town.setting(A, "x=1; Domain=b.test"))
    assert browser.page.status_int == 200
    assert [refused.host for refused in browser.jar.refused] == ["a.test"]


@pytest.mark.parametrize(
    ("path", "asked", "sent"),
    [
        ("; Path=/deep", "/deep", True),
        ("; Path=/deep", "/deep/er", True),
        ("; Path=/deep", "/deeper", False),
        ("; Path=/deep/", "/deep", False),
        ("; Path=relative", "/", True),
        ("", "/else", True),
    ],
)
def test_paths(town: CookieTown, browser: Browser, path: str, asked: str, sent: bool) -> None:
    browser.jar.keep(f"{A}/set", [f"x=1{path}"])
    assert (browser.open(A + asked).text == "x=1") is sent


def test_without_a_path_it_is_for_the_folder(town: CookieTown, browser: Browser) -> None:
    browser.jar.keep(f"{A}/deep/set", ["x=1", "y=2; Path=/", "z=3"])
    assert browser.open(f"{A}/deep/other").text == "x=1; z=3; y=2", "longer paths first, then the older"
    assert browser.open(A).text == "y=2"


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("Max-Age=60", 60),
        ("Expires=Mon, 12 Jan 1970 13:47:40 GMT", 60),
        ("Expires=Mon, 12-Jan-1970 13:47:40 GMT", 60),
        ("Max-Age=60; Expires=Mon, 12 Jan 1970 23:47:40 GMT", 60),
        ("Max-Age=999999999999", 400 * 86_400),
    ],
)
def test_it_ends_by_the_clock_of_the_world(
    town: CookieTown, browser: Browser, clock: MovableClock, told: str, seconds: int
) -> None:
    browser.open(town.setting(A, f"x=1; {told}"))
    (cookie,) = browser.jar
    assert cookie.expires == clock.now() + seconds
    clock.advance(seconds - 1)
    assert browser.open(A).text == "x=1"
    clock.advance(1)
    assert browser.open(A).text == ""
    assert browser.cookies() == {}


@pytest.mark.parametrize("told", ["Max-Age=0", "Max-Age=-1", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"])
def test_the_past_takes_a_cookie_away(town: CookieTown, browser: Browser, told: str) -> None:
    browser.open(town.setting(A, "x=1"))
    browser.open(town.setting(A, f"x=; {told}"))
    assert list(browser.jar) == []


@pytest.mark.parametrize("told", ["Max-Age=soon", "Expires=tomorrow", "Expires=Mon, 99 Jan 99999 00:00:00 GMT", ""])
def test_an_end_that_nobody_can_read_is_none(town: CookieTown, browser: Browser, told: str) -> None:
    browser.open(town.setting(A, f"x=1; {told}"))
    (cookie,) = browser.jar
    assert cookie.expires is None


def test_a_restart_keeps_what_has_an_end(town: CookieTown, browser: Browser) -> None:
    browser.open(town.setting(A, "kept=1; Max-Age=60", "lost=1"))
    tab = browser.new_tab()
    tab.open(A)
    browser.close()
    for empty in (browser, tab):
        with pytest.raises(AssertionError, match="not opened anything"):
            _ = empty.page
    assert browser.open(A).text == "kept=1"


def test_a_secure_cookie_goes_to_this_machine_without_tls(town: CookieTown, browser: Browser) -> None:
    browser.open(town.setting(LOCAL, "__Host-x=1; Secure; Path=/"))
    assert browser.open("http://localhost:9001/").text == "__Host-x=1", "cookies know no ports"


def test_without_tls_nobody_replaces_a_secure_cookie(town: CookieTown, browser: Browser) -> None:
    browser.open(town.setting(A, "x=1; Secure"))
    browser.open(town.setting(PLAIN, "x=planted"))
    assert browser.open(A).text == "x=1"
    assert "would replace" in browser.jar.refused[-1].reason


def test_attributes_are_kept(town: CookieTown, browser: Browser) -> None:
    browser.open(town.setting(A, 'x="a b"; HttpOnly; SameSite=sTRICT; secure; Path=/; Domain=a.test'))
    (cookie,) = browser.jar
    assert (cookie.name, cookie.value, cookie.domain, cookie.path) == ("x", '"a b"', "a.test", "/")
    assert (cookie.http_only, cookie.secure, cookie.same_site, cookie.host_only) == (True, True, "Strict", False)
    assert cookie.has_nonstandard_attr("HttpOnly") and not cookie.has_nonstandard_attr("Other")


SENT = {
    "from itself": "n l s",
    "a link": "n l",
    "a form": "n",
    "a frame": "n",
    "typed": "n l s",
    "its own subdomain": "n l s",
}


@pytest.mark.parametrize("way", SENT)
def test_same_site(town: CookieTown, browser: Browser, way: str) -> None:
    kinds = (("n", "None"), ("l", "Lax"), ("s", "Strict"))
    browser.open(town.setting(A, *(f"{name}={name}; Secure; SameSite={kind}" for name, kind in kinds)))
    browser.open({"from itself": A, "its own subdomain": SUB}.get(way, B) + f"/leads-to?{A}/")
    if way == "a frame":
        browser.open(f"{B}/frames?{A}/")
        shown = browser.frames[0].response.text
    elif way == "a form":
        shown = browser.submit(browser.page.form).text
    else:
        shown = (browser.open(A) if way == "typed" else browser.click("there")).text
    assert sorted(shown.split("; ")) == sorted(f"{name}={name}" for name in SENT[way].split())


def test_what_says_nothing_is_lax(town: CookieTown, browser: Browser) -> None:
    browser.open(town.setting(A, "x=1"))
    browser.open(f"{B}/leads-to?{A}/")
    assert browser.submit(browser.page.form).text == ""
    browser.back()
    assert browser.click("there").text == "x=1"


def test_a_redirect_of_a_foreign_form_is_still_foreign(town: CookieTown, browser: Browser) -> None:
    browser.open(town.setting(A, "x=1; SameSite=Lax"))
    browser.open(f"{B}/leads-to?{B}/redirect?307+{A}/")
    assert browser.submit(browser.page.form).text == "", "it is still a form of another site, as 307 keeps the method"
    browser.open(f"{B}/leads-to?{B}/redirect?303+{A}/")
    assert browser.submit(browser.page.form).text == "x=1", "a link once it is got"


def test_frames_of_others_set_only_what_says_so(town: CookieTown, browser: Browser) -> None:
    inner = town.setting(A, "n=1; Secure; SameSite=None", "l=1")
    browser.open(f"{B}/frames?{inner}")
    assert browser.cookies() == {"a.test n": "1"}
    assert "page around is of another site" in browser.jar.refused[0].reason
    browser.open(f"{SUB}/frames?{inner}")
    assert browser.cookies() == {"a.test n": "1", "a.test l": "1"}


def test_third_parties_can_be_kept_out(town: CookieTown, browser: Browser) -> None:
    browser.open(town.setting(A, "x=1; Secure; SameSite=None"))
    browser.block_third_party_cookies = True
    browser.open(f"{B}/frames?{A}/")
    assert browser.frames[0].response.text == ""
    browser.open(f"{B}/frames?{town.setting(A, 'y=1; Secure; SameSite=None')}")
    assert browser.cookies() == {"a.test x": "1"}
    assert browser.open(A).text == "x=1", "as a page it is no third party"


def test_webtest_s_own_calls_have_the_same_cookies(town: CookieTown, browser: Browser) -> None:
    page = browser.open(f"{A}/leads-to?{A}/")
    browser.open(town.setting(A, "x=1"))
    assert page.click("there").text == "x=1"
    http = webtest.TestApp(town.world, cookiejar=browser.jar)
    http.get(town.setting(A, "y=2"))
    assert browser.open(A).text == "x=1; y=2"


def test_requests_that_no_page_makes_have_the_same_cookies(town: CookieTown, browser: Browser) -> None:
    browser.open(town.setting(A, "x=1"))
    assert browser.http.get(f"{A}/", headers={"X-Odd": "1"}).text == "x=1"
    browser.http.get(town.setting(A, "y=2"))
    assert browser.cookies() == {"a.test x": "1", "a.test y": "2"}
    assert browser.page.request.path == "/set", "no tab has moved"
    assert len(browser.journal.hops) == 1, "and nothing was written down"


def test_cookies_of_other_jars_can_be_put_in(town: CookieTown, browser: Browser) -> None:
    thief = Browser(town.world)
    browser.open(town.setting(A, "x=1"))
    for cookie in browser.jar:
        thief.jar.set_cookie(cookie)
        cookie.value = "changed"
    assert (thief.open(A).text, browser.open(A).text) == ("x=1", "x=changed")
    http = webtest.TestApp(town.world)
    http.get(town.setting(A, "old=1; Domain=a.test", "one=1; HttpOnly"))
    for known in http.cookiejar:
        thief.jar.set_cookie(known)
    assert thief.open(A).text == "x=1; old=1; one=1"
    assert [c.host_only for c in thief.jar] == [True, False, True]
