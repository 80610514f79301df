"""The site check: all green on the project center, and on broken copies of it red on exactly the broken line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sso_client import read_settings
from sso_client.check import CODES, Case, Finding, Outcome, Wanted, examine, settings_of_stranger
from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL, PROJECT_CENTER, TALENT_CENTER
from tests.support import broken_sites as broken
from tests.support.broken_sites import API, BACK, CALLBACK, FRONT, Break
from tests.support.flask_site import make_flask_site


@pytest.fixture(autouse=True)
def _servers(sso: SingleSignOn) -> None:
    broken.put_servers_before(sso)


def check(sso: SingleSignOn, site: str = "project-center", **more: Any) -> list[Finding]:
    """Check a site by its own settings."""
    joined = sso.sites[site]
    settings = read_settings({**joined.settings, **more.pop("settings", {})})
    wanted = Wanted(**{"site": joined.address, "settings": settings, "apis": (API,), **more})
    return examine(Case(wanted, http=sso.world.http, clock=sso.clock))


def red(findings: list[Finding]) -> dict[str, Finding]:
    """The wrong lines. Whatever is wrong says how to mend it, and nothing else does."""
    assert all(bool(finding.mend) is (finding.outcome is Outcome.WRONG) for finding in findings)
    return {finding.code: finding for finding in findings if finding.outcome is Outcome.WRONG}


def test_the_project_center_and_an_api_are_all_green(sso: SingleSignOn) -> None:
    findings = check(sso)
    assert [finding.code for finding in findings] == list(CODES)
    assert {finding.outcome for finding in findings} == {Outcome.RIGHT}, findings


def test_the_talent_center_is_green_and_its_missing_date_is_not_seen(sso: SingleSignOn) -> None:
    findings = check(sso, "talent-center", apis=())
    assert red(findings) == {}
    assert [finding.code for finding in findings if finding.outcome is Outcome.UNSEEN] == ["site_clock"]


def test_nobody_is_signed_in_and_nothing_is_ended_by_it(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    check(sso)
    browser.open(f"{PROJECT_CENTER}/mine")
    assert browser.url == f"{PROJECT_CENTER}/mine"


BROKEN: list[tuple[str, Break, Mapping[str, str], str]] = [
    ("site_clock", broken.dated(lambda: 1_800_000_600), {}, "600 seconds ahead"),
    ("return_address", Break(), {"site_url": "http://project.example.test"}, "http://project.example.test"),
    ("sign_in", broken.at("/sso/sign-in", "200 OK", "<a href=/login>Sign in</a>"), {}, "answers 200"),
    ("sign_in", broken.at("/sso/sign-in", "302 Found", Location="https://elsewhere.test/"), {}, "elsewhere.test"),
    ("sign_in", broken.at("/sso/sign-in", "302 Found", Location="/sso/sign-in"), {}, "5 redirects"),
    ("sign_in", broken.at("/sso/sign-in", "302 Found", Location="https://[broken"), {}, "leads nowhere"),
    ("sign_in", broken.without_parameters("response_type"), {}, "response_type"),
    ("sign_in", broken.without_parameters(client_id="other"), {}, "client_id=other"),
    ("state", broken.without_parameters("state"), {}, "no state"),
    ("state", broken.without_parameters(state="a-state-that-is-always-the-same"), {}, "same state"),
    ("state", broken.without_parameters(state="short"), {}, "5 characters"),
    ("nonce", broken.without_parameters("nonce"), {}, "no nonce"),
    ("nonce", broken.without_parameters(nonce="a-nonce-that-is-always-the-same"), {}, "same nonce"),
    ("pkce", broken.without_parameters("code_challenge", "code_challenge_method"), {}, "no code_challenge"),
    ("pkce", broken.without_parameters("code_challenge_method"), {}, "plain"),
    ("pkce", broken.without_parameters(code_challenge_method="plain"), {}, "plain"),
    ("cookie_flags", broken.cookies("; HttpOnly"), {}, "no HttpOnly"),
    ("cookie_flags", broken.cookies("; secure"), {}, "no Secure"),
    ("cookie_flags", broken.cookies("; SameSite=Lax"), {}, "no SameSite=Lax"),
    ("cookie_flags", broken.cookies("SameSite=Lax", "SameSite=Strict"), {}, "SameSite=Strict"),
    ("cookie_prefix", broken.cookies_of_any_host(), {}, "sso_project-center_attempt"),
    ("callback_state", broken.StateUnchecked(), {}, "forged state"),
    ("callback_state", broken.if_refused(CALLBACK, "200 OK", "Welcome", having="error"), {}, "status 200"),
    (
        "callback_state",
        broken.if_refused(CALLBACK, "400 Bad Request", having="code", Set_Cookie="session=1; HttpOnly"),
        {},
        "a new cookie, session",
    ),
    ("callback_error", broken.declining("500 Internal Server Error", "Traceback"), {}, "500"),
    ("callback_error", broken.declining("200 OK", ""), {}, "page"),
    ("callback_error", broken.declining("302 Found", Location=f"{PORTAL}/o/authorize/"), {}, "for ever"),
    ("callback_error", broken.echoing(), {}, "markup"),
    ("callback_code", broken.sessions_by_made_up_codes(), {}, "a new cookie"),
    ("callback_code", Break(), {"client_secret": "not the one"}, "503"),
    ("backchannel_logout", broken.if_refused(BACK, "200 OK"), {}, "answered 200"),
    ("backchannel_logout", broken.at(BACK, "403 Forbidden", "no CSRF token"), {}, "answered 403"),
    ("frontchannel_logout", broken.at(FRONT, "200 OK", Set_Cookie="__Host-sso=; Max-Age=0"), {}, "changes the cookie"),
    ("frontchannel_logout", broken.at(FRONT, "200 OK", Clear_Site_Data='"cookies"'), {}, "clears"),
    ("frontchannel_logout", broken.at(FRONT, "302 Found", Location="/"), {}, "leads on"),
    ("frontchannel_logout", broken.at(FRONT, "200 OK", having="iss", Set_Cookie="a=; Max-Age=0"), {}, "another issuer"),
]


@pytest.mark.parametrize(("code", "break_", "settings", "says"), BROKEN)
def test_a_broken_copy_is_red_on_the_broken_line_only(
    sso: SingleSignOn, code: str, break_: Break, settings: Mapping[str, str], says: str
) -> None:
    right = sso.sites["project-center"].settings
    broken.put_project_center(sso, break_, **settings)
    found = red(check(sso, settings=right))
    assert list(found) == [code], found
    assert says in found[code].says


@pytest.mark.parametrize(
    ("code", "break_", "says"),
    [
        ("api_closed", broken.at("/profile", "200 OK", "{}"), "anybody"),
        ("api_closed", broken.at("/profile", "404 Not Found"), "404"),
        ("api_challenge", broken.without_header("WWW-Authenticate"), "no WWW-Authenticate"),
        ("api_challenge", broken.without_header("WWW-Authenticate", instead='Basic realm="x"'), "Basic"),
        ("api_token", broken.without_header("WWW-Authenticate", instead="Bearer"), "without error=invalid_token"),
        ("api_query", broken.token_from_the_address(), "looked at"),
        ("api_query", broken.at("/profile", "200 OK", having="access_token"), "200"),
        ("api_json", broken.without_header("Content-Type", instead="text/html"), "text/html"),
    ],
)
def test_a_broken_api_is_red_on_the_broken_line_only(sso: SingleSignOn, code: str, break_: Break, says: str) -> None:
    broken.put_api(sso, break_)
    found = red(check(sso))
    assert list(found) == [code], found
    assert says in found[code].says and found[code].about == API


def test_an_api_that_does_not_reach_the_portal_is_red_at_the_token(sso: SingleSignOn) -> None:
    broken.put_api(sso, Break(), client_secret="not the one")
    found = red(check(sso))
    assert list(found) == ["api_token"] and "503" in found["api_token"].says


@pytest.mark.parametrize("wrong", [f"{PORTAL}/", PROJECT_CENTER, "https://nobody.example.test"])
def test_a_wrong_issuer_is_one_red_line_and_what_needs_it_waits(sso: SingleSignOn, wrong: str) -> None:
    broken.put_project_center(sso, Break(), issuer=wrong)
    if "nobody" in wrong:
        sso.world.add(wrong, Break().around(sso.portal_app))
        sso.world.take_down(wrong)
    findings = check(sso, apis=())
    found = red(findings)
    assert list(found) == ["issuer"]
    assert (f"sso.issuer = {PORTAL}," in found["issuer"].mend) is (wrong == f"{PORTAL}/")
    assert {finding.says for finding in findings[1:]} == {"Not looked at: mend issuer first."}


@pytest.mark.parametrize("seconds", [600, -600])
def test_a_clock_ten_minutes_off_is_red_and_one_minute_is_tolerated(sso: SingleSignOn, seconds: int) -> None:
    portal = sso.clock.now()
    sso.world.add(PORTAL, broken.dated(lambda: portal + seconds).around(sso.portal_app))
    broken.put_project_center(sso, broken.dated(lambda: portal + seconds))
    found = red(check(sso))
    assert list(found) == ["clock"] and "600 seconds" in found["clock"].says
    assert ("behind" in found["clock"].says) is (seconds > 0)
    assert red(check(sso, skew=600)) == {}


def test_a_wrong_secret_is_red_and_not_told(sso: SingleSignOn) -> None:
    broken.put_project_center(sso, Break(), client_secret="a mistyped secret")
    found = red(check(sso))
    assert list(found) == ["credentials"]
    assert "invalid_client" in found["credentials"].says and "mistyped" not in repr(found)


def test_the_other_way_to_authenticate_is_tried_and_named(sso: SingleSignOn) -> None:
    sso.world.add(PORTAL, broken.basic_refused().around(sso.portal_app))
    found = red(check(sso, apis=()))
    assert list(found) == ["credentials"]
    assert "sso.client_auth = client_secret_post" in found["credentials"].mend


@pytest.mark.parametrize(
    ("registered", "differ"),
    [
        (f"{PROJECT_CENTER}{CALLBACK}/", "the last slash"),
        ("http://project.example.test/sso/callback/", "http and https and the last slash"),
        (f"{PROJECT_CENTER}:443{CALLBACK}", "host or port"),
        ("https://www.project.example.test/sso/callback", "host or port"),
        ("https://project.example.test/elsewhere", ""),
    ],
)
def test_a_redirect_uri_that_is_not_registered_is_red_and_the_difference_is_shown(
    sso: SingleSignOn, registered: str, differ: str
) -> None:
    sso.edit_client("project-center", redirect_uris=[registered])
    found = red(check(sso))
    assert list(found) == ["redirect_uri"]
    assert (registered in found["redirect_uri"].says) is bool(differ)
    assert (
        f"differ in {differ}." in found["redirect_uri"].mend if differ else "client show" in found["redirect_uri"].mend
    )


def test_a_client_that_is_not_known_is_one_red_line(sso: SingleSignOn) -> None:
    broken.put_project_center(sso, Break(), client_id="project-centre")
    findings = check(sso)
    assert list(red(findings)) == ["credentials"]
    (line,) = (finding for finding in findings if finding.code == "redirect_uri")
    assert line.outcome is Outcome.UNSEEN and "credentials" in line.says


def test_a_site_that_is_down_is_one_red_line(sso: SingleSignOn) -> None:
    sso.world.take_down(PROJECT_CENTER)
    found = red(check(sso, apis=()))
    assert list(found) == ["sign_in"] and "no answer" in found["sign_in"].says


def test_an_api_that_is_down_is_one_red_line(sso: SingleSignOn) -> None:
    sso.world.add("https://down.example.test", Break().around(sso.portal_app))
    sso.world.take_down("https://down.example.test")
    assert list(red(check(sso, apis=("https://down.example.test/me", API)))) == ["api_closed"]


def test_a_pushed_request_hides_what_it_asks_for(sso: SingleSignOn) -> None:
    names = ("state", "nonce", "code_challenge", "code_challenge_method", "redirect_uri", "response_type")
    hiding = broken.without_parameters(*names)
    hiding_more = Break(lambda answer: (hiding.change(answer), answer.rewrite("Location", _pushed))[0])
    broken.put_project_center(sso, hiding_more)
    findings = check(sso)
    assert red(findings) == {}
    unseen = {finding.code for finding in findings if finding.outcome is Outcome.UNSEEN}
    assert unseen >= {"state", "nonce", "pkce", "redirect_uri", "callback_state", "callback_error", "callback_code"}


def _pushed(url: str) -> str:
    return f"{url}&request_uri=urn:ietf:params:oauth:request_uri:x" if url.startswith(PORTAL) else url


def test_without_settings_the_secret_is_the_only_thing_not_seen(sso: SingleSignOn) -> None:
    wanted = Wanted(site=PROJECT_CENTER, settings=settings_of_stranger(PORTAL))
    findings = examine(Case(wanted, http=sso.world.http, clock=sso.clock))
    assert [f.code for f in findings if f.outcome is not Outcome.RIGHT] == ["credentials"]


def test_another_page_may_be_where_people_begin(sso: SingleSignOn) -> None:
    assert red(check(sso, sign_in="/mine")) == {}
    assert red(check(sso, sign_in=f"{TALENT_CENTER}/mine", settings={"sso.client_id": "talent-center"}))


def test_logout_addresses_that_are_not_there_are_red_only_when_they_are_named(sso: SingleSignOn) -> None:
    broken.put_project_center(sso, broken.at(BACK, "404 Not Found"))
    assert red(check(sso)) == {}
    assert list(red(check(sso, backchannel_logout=BACK))) == ["backchannel_logout"]
    unseen = [f for f in check(sso, backchannel_logout="none", frontchannel_logout="none") if "has none" in f.says]
    assert [finding.code for finding in unseen] == ["backchannel_logout", "frontchannel_logout"]


def test_a_site_of_another_library_is_told_what_it_lacks(sso: SingleSignOn) -> None:
    """Authlib checks the state and says so by an exception, which this small site does not catch."""
    joined = sso.add_site("https://flask.example.test", make_flask_site)
    wanted = Wanted(joined.address, read_settings(joined.settings), sign_in="/sign-in")
    findings = examine(Case(wanted, http=sso.world.http, clock=sso.clock))
    found = red(findings)
    assert list(found) == ["cookie_flags", "callback_state", "callback_error"]
    assert "session has no Secure; session has no SameSite=Lax" in found["cookie_flags"].says
    assert "Catch" in found["callback_state"].mend
