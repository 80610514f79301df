"""Sites that ask by a frame whether somebody is still signed in (OpenID Connect Session Management 1.0)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients.names import RESPONSE_TYPES
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from tests.support.session_frame import COOKIE, frame_says

GRANTS = ["authorization_code", "refresh_token", "implicit"]
MODES = [None, "query", "fragment", "form_post", "jwt", "form_post.jwt"]


@pytest.fixture
def shop(register: Callable[..., RelyingParty]) -> RelyingParty:
    """A site that may have every answer."""
    return register("shop", grant_types=GRANTS, response_types=list(RESPONSE_TYPES))


def told(site: RelyingParty, browser: Browser, **changes: str | None) -> str:
    """The session_state of a fresh answer."""
    browser.open(site.url(**changes))
    return site.answer(browser)["session_state"]


def sign_out(browser: Browser) -> None:
    browser.open(f"{PORTAL}/o/logout/")
    form = next(form for form in browser.page.forms.values() if "decision" in form.fields)
    browser.submit(form, "decision", "sign_out")


def end(sso: SingleSignOn, username: str) -> None:
    """End her sessions from elsewhere."""
    with sso.portal.transaction() as unit:
        person = unit.users.by_username(username)
        assert person is not None
        unit.sign_outs.end_all_of(person, "ended_elsewhere")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("response_type", RESPONSE_TYPES)
def test_every_answer_has_one(shop: RelyingParty, browser: Browser, response_type: str, mode: str | None) -> None:
    browser.open(shop.url(response_type=response_type, response_mode=mode))
    answer = shop.answer(browser)
    if mode == "query" and response_type not in {"code", "none"}:
        assert "error" in answer and "session_state" not in answer
        return
    assert frame_says(browser, "shop", answer["session_state"]) == "unchanged"
    assert " " not in answer["session_state"]


def test_it_is_good_for_one_site_and_one_origin(
    shop: RelyingParty, browser: Browser, register: Callable[..., RelyingParty]
) -> None:
    state = told(shop, browser)
    assert frame_says(browser, "shop", state, asking="https://evil.example.test") == "changed"
    assert frame_says(browser, "other", state, asking="https://shop.example.test") == "changed"
    assert told(register("other"), browser) != state


def test_it_stays_as_long_as_the_session(shop: RelyingParty, sso: SingleSignOn, browser: Browser) -> None:
    first = told(shop, browser)
    noted = browser.cookies()[COOKIE]
    sso.clock.advance(minutes=30)
    assert told(shop, browser, prompt="none") != first, "the salt is another one every time"
    browser.open(shop.url(prompt="login"))
    browser.sign_in("zp", "penadmin", remember_me=True)
    assert shop.answer(browser)["session_state"]
    assert browser.cookies()[COOKIE] == noted, "the session's own cookie is new, the session is not"
    assert frame_says(browser, "shop", first) == "unchanged"


def test_it_changes_when_she_signs_out(shop: RelyingParty, browser: Browser) -> None:
    state = told(shop, browser)
    sign_out(browser)
    assert frame_says(browser, "shop", state) == "changed"
    assert COOKIE not in browser.cookies()
    browser.open(shop.url(prompt="none"))
    answer = shop.answer(browser)
    assert (answer["error"], "session_state" in answer) == ("login_required", False)


def test_it_changes_when_she_signs_in_anew(shop: RelyingParty, sso: SingleSignOn, browser: Browser) -> None:
    first = told(shop, browser)
    end(sso, "zp")
    browser.open(shop.url())
    browser.sign_in("zp", "penadmin")
    second = shop.answer(browser)["session_state"]
    assert [frame_says(browser, "shop", state) for state in (first, second)] == ["changed", "unchanged"]


def test_who_signs_in_beside_her_changes_nothing_and_each_has_one(
    shop: RelyingParty, sso: SingleSignOn, browser: Browser
) -> None:
    hers = told(shop, browser)
    browser.open(f"{PORTAL}/o/login/?prompt=select_account&account=new&next=/healthz")
    browser.sign_in("lin", "lin-demo-password")
    his = told(shop, browser, login_hint="lin")
    assert [frame_says(browser, "shop", state) for state in (hers, his)] == ["unchanged", "unchanged"]
    assert len(browser.cookies()[COOKIE].split(".")) == 2
    end(sso, "zp")
    told(shop, browser)
    assert [frame_says(browser, "shop", state) for state in (hers, his)] == ["changed", "unchanged"]


def test_what_the_browser_has_lost_is_noted_again(shop: RelyingParty, browser: Browser) -> None:
    first = told(shop, browser)
    browser.forget("__Host-sso_browser_state")
    assert frame_says(browser, "shop", first) == "changed"
    told(shop, browser, prompt="none")
    assert frame_says(browser, "shop", first) == "unchanged"


@pytest.mark.parametrize("lost", [True, False])
def test_a_note_is_sent_only_when_it_is_needed(shop: RelyingParty, browser: Browser, lost: bool) -> None:
    told(shop, browser)
    if lost:
        browser.forget("__Host-sso_browser_state")
    cookies = browser.request("GET", shop.url(), None).headers.getall("Set-Cookie")
    assert any("sso_browser_state=" in cookie for cookie in cookies) is lost


def test_a_session_that_ended_elsewhere_is_forgotten_when_a_site_asks(
    shop: RelyingParty, sso: SingleSignOn, browser: Browser
) -> None:
    state = told(shop, browser)
    end(sso, "zp")
    assert frame_says(browser, "shop", state) == "unchanged", "the browser cannot know"
    browser.open(shop.url(prompt="none"))
    assert shop.answer(browser)["error"] == "login_required"
    assert frame_says(browser, "shop", state) == "changed"


def test_a_frame_that_shows_no_session_changes_nothing(shop: RelyingParty, browser: Browser) -> None:
    state = told(shop, browser)
    # As a frame on another site's page: the session's cookie stays behind (SameSite=Lax), the note comes along.
    browser.forget("__Host-sso_session")
    browser.open(shop.url(prompt="none"))
    assert shop.answer(browser)["error"] == "login_required"
    assert frame_says(browser, "shop", state) == "unchanged"


def test_without_openid_nobody_is_authenticated(shop: RelyingParty, browser: Browser) -> None:
    browser.open(shop.url(scope="profile"))
    answer = shop.answer(browser)
    assert "code" in answer and "session_state" not in answer
    browser.open(shop.url(scope="nonsense"))
    assert "session_state" not in shop.answer(browser)


def test_an_app_has_no_page_that_could_ask(browser: Browser, register: Callable[..., RelyingParty]) -> None:
    app = register("app", redirect_uris=["com.example.app:/cb"], token_endpoint_auth_method="none")
    location = browser.request("GET", app.url(), None).headers["Location"]
    assert "code=" in location and "session_state" not in location


def test_it_is_in_no_other_answer(shop: RelyingParty, browser: Browser) -> None:
    tokens = shop.redeem(shop.code(browser)).json
    told_later = [tokens, shop.refresh(tokens["refresh_token"]).json, shop.userinfo(tokens["access_token"]).json]
    assert not any("session_state" in answer for answer in told_later)
    assert "session_state" not in shop.claims(tokens["id_token"])


def test_it_costs_no_statement(shop: RelyingParty, sso: SingleSignOn, browser: Browser) -> None:
    counts = []
    for scope in ("openid profile", "profile"):
        told(shop, browser)
        with sso.counting() as counted:
            browser.open(shop.url(scope=scope))
        counts.append(len(counted.statements))
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize("noted", ["", ".", "x" * 501, "a.b.c", "x" * 22, "\x7f", "=", "a b"])
def test_a_note_full_of_garbage_is_replaced(shop: RelyingParty, browser: Browser, noted: str) -> None:
    told(shop, browser)
    for cookie in browser.jar:
        if cookie.name == "__Host-sso_browser_state":
            cookie.value = noted
    assert frame_says(browser, "shop", told(shop, browser)) == "unchanged"
