"""Sites that cannot be changed: a reverse proxy asks the portal about each request."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.sso import PORTAL, PROJECT_CENTER
from tests.support.forwarding_proxy import TRUSTED, WIKI, ForwardingProxy, protect

pytestmark = pytest.mark.sso(settings=TRUSTED)


@pytest.fixture
def wiki(sso: SingleSignOn) -> ForwardingProxy:
    return protect(sso, rules={"public": ["/assets/", "/robots.txt", "/bye"]})


def signed_out_by(browser: Browser) -> None:
    browser.open(f"{PORTAL}/o/logout/")
    browser.press("Sign out")


@pytest.mark.parametrize("style", ["nginx", "redirect"])
def test_not_signed_in_then_in_at_the_page_that_was_asked_for(sso: SingleSignOn, style: str) -> None:
    protect(sso, style=style)
    browser = sso.browser()
    browser.tell_when_typed = True
    browser.open(f"{WIKI}/pages/a%20b?x=1&y=%2F")
    assert browser.url.startswith(f"{PORTAL}/o/login/")
    browser.sign_in("zp")
    assert browser.url == f"{WIKI}/pages/a%20b?x=1&y=%2F"
    assert browser.text == "/pages/a b for zp|张鹏|zp@example.test|"
    browser.open(f"{WIKI}/other")
    assert len(browser.hops) == 1


def test_who_is_signed_in_already_sees_no_page_of_the_portal(browser: Browser, wiki: ForwardingProxy) -> None:
    browser.open(f"{WIKI}/")
    assert browser.text.startswith("/ for zp|")
    assert [hop.split("?")[0] for hop in browser.hops] == [
        f"GET {WIKI}/",
        f"GET {PORTAL}/o/authorize/",
        f"GET {WIKI}/.sso/callback",
        f"GET {WIKI}/",
    ]


def test_signing_out_anywhere_closes_the_site_at_once(browser: Browser, wiki: ForwardingProxy) -> None:
    browser.open(f"{WIKI}/")
    browser.open(f"{PROJECT_CENTER}/mine")
    signed_out_by(browser)
    browser.see("Wiki")
    browser.see_not("Cannot be told")
    browser.open(f"{WIKI}/")
    assert browser.url.startswith(f"{PORTAL}/o/login/")


def test_signing_out_at_the_site_goes_through_the_portal_and_comes_back(
    browser: Browser, wiki: ForwardingProxy
) -> None:
    browser.open(f"{WIKI}/")
    browser.open(f"{WIKI}/.sso/sign-out")
    assert browser.url.startswith(f"{PORTAL}/o/logout/?client_id=wiki&")
    browser.press("Sign out")
    assert browser.url == f"{WIKI}/bye"
    assert browser.text == "/bye for |||"
    browser.open(f"{WIKI}/")
    assert browser.url.startswith(f"{PORTAL}/o/login/")


def test_who_stays_after_all_is_still_in(browser: Browser, wiki: ForwardingProxy) -> None:
    browser.open(f"{WIKI}/")
    browser.open(f"{WIKI}/.sso/sign-out")
    browser.open(f"{WIKI}/again")
    assert browser.text.startswith("/again for zp|")


def test_who_is_not_signed_in_is_asked_nothing_when_she_signs_out(sso: SingleSignOn, wiki: ForwardingProxy) -> None:
    browser = sso.browser()
    browser.open(f"{WIKI}/.sso/sign-out")
    assert browser.url == f"{WIKI}/bye"


def test_ending_the_site_alone_or_the_session_elsewhere(browser: Browser, wiki: ForwardingProxy) -> None:
    browser.open(f"{WIKI}/")
    cookie = {name: value for name, value in browser.cookies().items() if "sso_site_" in name}
    with wiki._sso.portal.transaction() as unit:
        session = unit.sessions.going_on(unit.users.by_username("zp"))[0]
        assert unit.sign_outs.end_site(session, "wiki") is not None
    browser.open(f"{WIKI}/")
    assert len(browser.hops) == 4, "she is signed in anew, silently"
    renewed = {name: value for name, value in browser.cookies().items() if "sso_site_" in name}
    assert renewed != cookie
    with wiki._sso.portal.transaction() as unit:
        found = [unit.site_sign_ins.find(value, "wiki") for value in cookie.values()]
        assert [one for one in found if one] == [], "the old cookie stays dead"


def test_a_disabled_person_and_a_removed_client_are_out(browser: Browser, wiki: ForwardingProxy) -> None:
    browser.open(f"{WIKI}/")
    with wiki._sso.portal.transaction() as unit:
        unit.users.set_enabled(unit.users.by_username("zp"), False)
    browser.open(f"{WIKI}/")
    assert browser.url.startswith(f"{PORTAL}/o/login/")
    with wiki._sso.portal.transaction() as unit:
        unit.clients.remove("wiki")
    browser.open(f"{WIKI}/")
    assert browser.page.status_int == 400


def test_the_sessions_idle_time_holds_and_using_the_site_counts(
    sso: SingleSignOn, browser: Browser, wiki: ForwardingProxy
) -> None:
    browser.open(f"{WIKI}/")
    for _ in range(5):
        sso.clock.advance(hours=1)
        browser.open(f"{WIKI}/")
        assert len(browser.hops) == 1
    sso.clock.advance(hours=2, seconds=1)
    browser.open(f"{WIKI}/")
    assert browser.url.startswith(f"{PORTAL}/o/login/")


def test_a_request_reads_one_row_and_writes_once_a_minute(
    sso: SingleSignOn, browser: Browser, wiki: ForwardingProxy
) -> None:
    browser.open(f"{WIKI}/")
    browser.open(f"{WIKI}/")
    with sso.counting() as counted:
        browser.open(f"{WIKI}/a.png")
    own = [statement for statement in counted.statements if "versions" not in statement]
    assert len(own) == 1, own
    assert own[0].startswith("SELECT")
    sso.clock.advance(seconds=60)
    with sso.counting() as counted:
        browser.open(f"{WIKI}/a.png")
        browser.open(f"{WIKI}/b.png")
    assert sum(statement.startswith("UPDATE") for statement in counted.statements) == 2
    with sso.portal.transaction() as unit:
        sessions = unit.sessions.going_on(unit.users.by_username("zp"))
        assert unit.sessions.participations(sessions)[0].last_used_at == sso.clock.now()


def test_the_cookie_is_kept_as_long_as_the_person_wants(sso: SingleSignOn, wiki: ForwardingProxy) -> None:
    for remember in (True, False):
        browser = sso.browser()
        browser.open(f"{PORTAL}/o/login/")
        if remember:
            browser.tick("Remember me")
        browser.sign_in("zp")
        browser.open(f"{WIKI}/")
        browser.close()
        browser.open(f"{WIKI}/")
        assert (len(browser.hops) == 1) is remember


def test_public_parts_are_open_and_know_who_is_there(
    sso: SingleSignOn, browser: Browser, wiki: ForwardingProxy
) -> None:
    stranger = sso.browser()
    for path in ("/assets/a.css", "/robots.txt"):
        assert stranger.open(WIKI + path).text == f"{path} for |||"
    browser.open(f"{WIKI}/")
    assert browser.open(f"{WIKI}/robots.txt").text.startswith("/robots.txt for zp|")


@pytest.mark.parametrize("style", ["nginx", "redirect"])
def test_a_person_whom_the_rules_exclude(sso: SingleSignOn, style: str) -> None:
    protect(sso, style=style, rules={"people": ["ZP"], "roles": ["editor"], "public": ["/open/"]})
    browser = sso.browser()
    browser.tell_when_typed = True
    browser.open(f"{WIKI}/")
    browser.sign_in("lin")
    assert browser.page.status_int == 403
    assert browser.open(f"{WIKI}/open/a").text == "/open/a for |||"
    with sso.portal.transaction() as unit:
        unit.users.set_roles(unit.users.by_username("lin"), ["editor", "a,admin"])
    assert browser.open(f"{WIKI}/").text.endswith("|lin@example.test|editor")


def test_the_page_that_says_why(sso: SingleSignOn, browser: Browser) -> None:
    protect(sso, style="redirect", rules={"people": ["lin"]})
    browser.tell_when_typed = True
    browser.open(f"{WIKI}/")
    page = browser.request("GET", f"{WIKI}/", None, {"Accept": "application/json"})
    assert "Refresh" not in page.headers, "a program is not led anywhere"
    page = browser.request("GET", f"{WIKI}/", None, {"Accept": "text/html"})
    wait, _, url = page.headers["Refresh"].partition("; url=")
    assert (page.status_int, wait) == (403, "0")
    browser.open(url)
    assert browser.page.status_int == 200
    browser.see("Wiki stays closed")
    browser.see("not open to your account")
    for address in (f"{PORTAL}/o/site_refused/", f"{PORTAL}/o/site_refused/?client_id=project-center"):
        assert browser.open(address).status_int == 404


def test_who_declines_is_told_and_may_try_again(sso: SingleSignOn, browser: Browser) -> None:
    protect(sso, consent="explicit")
    browser.open(f"{WIKI}/page")
    browser.refuse()
    browser.see("Wiki stays closed")
    browser.see("You did not let Wiki know who you are")
    browser.click("Try again")
    browser.agree()
    assert browser.text.startswith("/ for zp|")


def test_only_what_was_agreed_is_told(sso: SingleSignOn, browser: Browser) -> None:
    protect(sso, scope="openid", rules={"headers": ["user", "email"]})
    with sso.portal.transaction() as unit:
        subject = unit.users.by_username("zp").subject
    assert browser.open(f"{WIKI}/").text == f"/ for {subject}|||"


def test_the_site_chooses_its_headers(sso: SingleSignOn, browser: Browser) -> None:
    protect(sso, rules={"headers": ["user", "email"]})
    assert browser.open(f"{WIKI}/").text == "/ for zp||zp@example.test|"


def test_two_tabs_at_once_both_arrive(sso: SingleSignOn, wiki: ForwardingProxy) -> None:
    first = sso.browser()
    second = first.new_tab()
    first.open(f"{WIKI}/one")
    second.open(f"{WIKI}/two")
    first.sign_in("zp")
    assert first.url == f"{WIKI}/one"
    second.reload()
    second.sign_in("zp") if second.url.startswith(f"{PORTAL}/o/login/") else None
    assert second.url == f"{WIKI}/two"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Accept": "text/html"}, 303),
        ({"Accept": "text/html", "Sec-Fetch-Mode": "no-cors"}, 401),
        ({"Accept": "image/png"}, 401),
        ({"Sec-Fetch-Mode": "navigate"}, 303),
        ({"Sec-Fetch-Mode": "cors"}, 401),
    ],
)
def test_only_pages_are_led_to_the_portal(sso: SingleSignOn, headers: dict[str, str], status: int) -> None:
    protect(sso, style="redirect")
    answer = sso.browser().request("GET", f"{WIKI}/a?b=1", None, headers)
    assert answer.status_int == status
    if status == 303:
        assert answer.headers["Location"] == f"{WIKI}/.sso/start?return_to=/a%3Fb%3D1"
    else:
        assert answer.headers["WWW-Authenticate"] == f'Cookie realm="{WIKI}"'
        assert answer.json["error"] == "login_required"


def test_a_form_that_is_sent_too_late_is_refused_and_not_led_away(sso: SingleSignOn) -> None:
    protect(sso, style="redirect")
    answer = sso.browser().request("POST", f"{WIKI}/a", [("a", "1")], {"Accept": "text/html"})
    assert answer.status_int == 401


def test_the_site_is_on_the_persons_list_of_devices_and_sites(browser: Browser, wiki: ForwardingProxy) -> None:
    browser.open(f"{WIKI}/")
    browser.open(f"{PORTAL}/account/devices")
    browser.see("Wiki")


def test_a_session_that_outlives_refresh_tokens_keeps_the_site(
    make_sso: Callable[..., SingleSignOn],
) -> None:
    sso = make_sso({**TRUSTED, "sso.tokens.refresh_seconds": "600", "sso.tokens.access_seconds": "600"})
    proxy = protect(sso)
    browser = sso.browser()
    browser.open(f"{WIKI}/")
    browser.sign_in("zp")
    for _ in range(26):
        sso.clock.advance(hours=1)
        sso.tick()
        browser.open(f"{WIKI}/")
        if browser.url.startswith(PORTAL):
            break
        assert len(browser.hops) == 1, "no hour of a session needs the portal's pages"
    assert proxy.asked == 14


def test_taking_back_what_was_agreed_closes_the_site(sso: SingleSignOn, browser: Browser) -> None:
    protect(sso, consent="once")
    browser.open(f"{WIKI}/")
    browser.agree()
    assert browser.open(f"{WIKI}/").text.startswith("/ for zp|")
    with sso.portal.transaction() as unit:
        assert unit.site_accesses.withdraw(unit.users.by_username("zp"), "wiki") is not None
    browser.open(f"{WIKI}/")
    assert browser.url.startswith(f"{PORTAL}/o/authorize/"), "she is asked again"
