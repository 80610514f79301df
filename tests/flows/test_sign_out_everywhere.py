"""One sign-out ends every site's session, and the receipt says of each site whether it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import webtest
from joserfc import jws

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import LogoutListener, listen_for_sign_outs
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL, PROJECT_CENTER, TALENT_CENTER

Register = Callable[..., RelyingParty]


@pytest.fixture
def shop(register: Register) -> RelyingParty:
    return register("shop")


@pytest.fixture
def listener(shop: RelyingParty) -> LogoutListener:
    return listen_for_sign_outs(shop)


@pytest.fixture
def browser(sso: SingleSignOn) -> Browser:
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    return browser


def sign_out(browser: Browser) -> None:
    browser.open(f"{PORTAL}/o/logout/")
    browser.submit(browser.page.forms[0], "decision", "sign_out")


def receipt(sso: SingleSignOn, browser: Browser) -> dict[str, Any]:
    number = browser.url.rpartition("receipt=")[2]
    return dict(webtest.TestApp(sso.world).get(f"{PORTAL}/o/logout/receipt/{number}").json)


def states(receipt: dict[str, Any]) -> dict[str, str]:
    return {site["client_id"]: site["state"] for site in receipt["sites"]}


def asks_to_sign_in(browser: Browser, site: str) -> bool:
    return "/o/login/" in browser.open(f"{site}/mine").request.url


def test_signing_out_at_one_site_signs_out_of_all(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    browser.open(f"{TALENT_CENTER}/mine")
    other = browser.new_tab()
    other.open(f"{PROJECT_CENTER}/mine")
    form = next(form for form in other.page.forms.values() if form.action.endswith("/sign-out"))
    other.submit(form)
    assert "You are signed out." in other.text
    assert "Project Center" in other.text and "Talent Center" in other.text
    assert states(receipt(sso, other)) == {"project-center": "signed_out", "talent-center": "signed_out"}
    assert "Refresh" not in other.page.headers, "nothing is left to look for"
    other.click("Back to Project Center")
    assert other.url == f"{PROJECT_CENTER}/"
    assert asks_to_sign_in(browser, TALENT_CENTER)
    assert asks_to_sign_in(browser, PROJECT_CENTER)


def test_the_token_says_whose_session_is_over(
    sso: SingleSignOn, browser: Browser, shop: RelyingParty, listener: LogoutListener
) -> None:
    id_token = shop.claims(shop.redeem(shop.code(browser)).json["id_token"])
    sign_out(browser)
    (token,) = listener.tokens
    assert jws.extract_compact(token.encode()).headers()["typ"] == "logout+jwt"
    claims = shop.claims(token)
    assert claims.pop("jti")
    assert claims == {
        "iss": PORTAL,
        "sub": id_token["sub"],
        "aud": "shop",
        "sid": id_token["sid"],
        "iat": sso.clock.now(),
        "exp": sso.clock.now() + 120,
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }


def test_a_site_that_is_down_is_told_when_it_is_back(
    sso: SingleSignOn, browser: Browser, shop: RelyingParty, listener: LogoutListener
) -> None:
    shop.code(browser)
    listener.status = "503 Service Unavailable"
    sign_out(browser)
    assert states(receipt(sso, browser)) == {"shop": "waiting"}
    assert "Will be signed out as soon as it answers" in browser.text
    address = browser.url.removeprefix(PORTAL)
    assert browser.page.headers["Refresh"] == f"2; url={address}"
    sso.portal.backchannel_logout.tell_due()
    assert len(listener.tokens) == 1, "it was asked a moment ago"
    sso.clock.advance(seconds=30)
    listener.status = "200 OK"
    assert sso.portal.backchannel_logout.tell_due() == 1
    browser.reload()
    assert states(receipt(sso, browser)) == {"shop": "signed_out"}
    assert "Refresh" not in browser.page.headers
    first, second = (shop.claims(token) for token in listener.tokens)
    assert first["jti"] != second["jti"] and first["sid"] == second["sid"]


def test_the_page_does_not_look_again_for_ever(
    sso: SingleSignOn, browser: Browser, shop: RelyingParty, listener: LogoutListener
) -> None:
    shop.code(browser)
    listener.status = "500 Broken"
    sign_out(browser)
    waits = []
    for _ in range(8):
        sso.clock.advance(seconds=20)
        browser.reload()
        waits.append(browser.page.headers.get("Refresh", "").partition(";")[0])
    assert waits == ["10", "20", "30", "40", "50", "", "", ""]
    assert "Look again" in browser.text


def test_a_site_that_never_answers_is_given_up_visibly(
    sso: SingleSignOn, browser: Browser, shop: RelyingParty, listener: LogoutListener
) -> None:
    shop.code(browser)
    listener.status = "302 Found"
    sign_out(browser)
    for _ in range(400):
        sso.clock.advance(seconds=300)
        if not sso.portal.backchannel_logout.tell_due():
            break
    assert 250 < len(listener.tokens) < 320, "a day, every five minutes at the end"
    browser.reload()
    assert states(receipt(sso, browser)) == {"shop": "given_up"}
    assert "Did not answer" in browser.text


def test_a_site_without_a_back_channel_is_named_as_what_it_is(
    sso: SingleSignOn, browser: Browser, register: Register
) -> None:
    for name, more in (("plain", {}), ("framed", {"frontchannel_logout_uri": "https://framed.example.test/bye"})):
        register(name, **more).code(browser)
    sign_out(browser)
    assert states(receipt(sso, browser)) == {"plain": "not_told", "framed": "in_browser"}
    assert receipt(sso, browser)["settled"] is True


def test_frames_tell_sites_in_the_browser(sso: SingleSignOn, browser: Browser, register: Register) -> None:
    framed = register("framed", frontchannel_logout_uri="https://framed.example.test/bye?a=b")
    sid = framed.claims(framed.redeem(framed.code(browser)).json["id_token"])["sid"]
    sign_out(browser)
    (frame,) = browser.page.html.find_all("iframe")
    assert frame["src"] == f"https://framed.example.test/bye?a=b&iss=https%3A%2F%2Fportal.example.test&sid={sid}"
    assert frame["title"] == "Signing out"
    assert browser.page.headers["Content-Security-Policy"].endswith("; frame-src https://framed.example.test")
    sso.clock.advance(minutes=2)
    browser.reload()
    assert browser.page.html.find_all("iframe") == []
    assert "frame-src" not in browser.page.headers["Content-Security-Policy"]


def test_tokens_stop_at_once_and_offline_ones_go_on(
    sso: SingleSignOn, browser: Browser, shop: RelyingParty, register: Register
) -> None:
    offline = register("offline", scope="openid offline_access")
    asked = {"scope": "openid offline_access", "prompt": "consent"}
    browser.open(offline.url(**asked))
    browser.agree("offline_access")
    kept = offline.redeem(offline.answer(browser)["code"]).json
    ended = shop.redeem(shop.code(browser)).json
    sign_out(browser)
    assert shop.userinfo(ended["access_token"]).status_int == 401
    assert shop.introspect(ended["access_token"]).json == {"active": False}
    assert shop.refresh(ended["refresh_token"]).json["error"] == "invalid_grant"
    assert offline.userinfo(kept["access_token"]).status_int == 200
    assert offline.refresh(kept["refresh_token"]).status_int == 200


@pytest.mark.parametrize("because", ["ended_by_administrator", "password_changed", "account_disabled"])
def test_others_end_a_session_in_the_same_way(
    sso: SingleSignOn, browser: Browser, shop: RelyingParty, listener: LogoutListener, because: Any
) -> None:
    shop.code(browser)
    with sso.portal.transaction() as unit:
        receipts = unit.sign_outs.end_all_of(unit.users.by_username("zp"), because)
    sso.portal.tell_sites(*receipts)
    assert len(listener.tokens) == 1
    assert "Sign in" in browser.open(f"{PORTAL}/").text


def test_time_ends_a_session_in_the_same_way(
    sso: SingleSignOn, browser: Browser, shop: RelyingParty, listener: LogoutListener, register: Register
) -> None:
    api = register("api", scope="all", require_pkce=False)
    plain = api.redeem(api.code(browser, scope="all")).json
    tokens = shop.redeem(shop.code(browser)).json
    sso.clock.advance(hours=2)
    assert sso.portal.end_expired_sessions() == 0, "a report of its use may be under way"
    sso.clock.advance(minutes=3)
    assert sso.portal.end_expired_sessions() == 1
    assert sso.portal.end_expired_sessions() == 0
    sso.clock.advance(seconds=10)
    assert sso.portal.backchannel_logout.tell_due() == 1
    assert len(listener.tokens) == 1
    assert shop.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    # What was no sign-in, but leave to act, is not over because nobody came by.
    assert api.refresh(plain["refresh_token"]).status_int == 200


def test_a_refresh_keeps_the_sign_in_awake(sso: SingleSignOn, browser: Browser, shop: RelyingParty) -> None:
    refresh_token = shop.redeem(shop.code(browser)).json["refresh_token"]
    for _ in range(3):
        sso.clock.advance(minutes=90)
        refresh_token = shop.refresh(refresh_token).json["refresh_token"]
    assert shop.code(browser, prompt="none")


def test_a_sign_out_of_one_site_leaves_the_others(
    sso: SingleSignOn, browser: Browser, shop: RelyingParty, listener: LogoutListener, register: Register
) -> None:
    cafe = register("cafe")
    tokens = {rp.client_id: rp.redeem(rp.code(browser)).json for rp in (shop, cafe)}
    sid = shop.claims(tokens["shop"]["id_token"])["sid"]
    with sso.portal.transaction() as unit:
        ended = unit.sign_outs.end_site(unit.sessions.get(sid), "shop")
        assert unit.sign_outs.end_site(unit.sessions.get(sid), "shop") is None
    sso.portal.tell_sites(ended)
    assert len(listener.tokens) == 1
    assert shop.userinfo(tokens["shop"]["access_token"]).status_int == 401
    assert cafe.userinfo(tokens["cafe"]["access_token"]).status_int == 200
    assert cafe.code(browser, prompt="none")


def test_a_receipt_is_for_who_has_its_number(sso: SingleSignOn) -> None:
    http = webtest.TestApp(sso.world)
    unknown = http.get(f"{PORTAL}/o/logout/receipt/{'x' * 43}", status=404).json
    assert unknown["error_description"] == "There is no such receipt."
    assert "You are signed out." in http.get(f"{PORTAL}/o/logout/?receipt={'x' * 43}").text


def test_a_logout_token_is_no_proof_of_who_is_signed_in(
    sso: SingleSignOn, browser: Browser, shop: RelyingParty, listener: LogoutListener
) -> None:
    shop.code(browser)
    with sso.portal.transaction() as unit:
        sid = unit.sessions.going_on(unit.users.by_username("zp"))[0].sid
        told = unit.sign_outs.end_site(unit.sessions.get(sid), "shop")
    sso.portal.tell_sites(told)
    shop.code(browser)
    browser.open(f"{PORTAL}/o/logout/?id_token_hint={listener.tokens[0]}")
    assert "Sign out?" in browser.text


def test_a_restart_keeps_who_is_signed_in_and_nobody_who_was_not(sso: SingleSignOn, browser: Browser) -> None:
    cookie = next(cookie for cookie in browser.jar if cookie.name == "__Host-sso_session").value
    sso.start_portal()
    assert "Hello, 张鹏" in browser.open(f"{PORTAL}/").text
    sign_out(browser)
    sso.start_portal()
    headers = {"Cookie": f"__Host-sso_session={cookie}"}
    assert "Hello" not in webtest.TestApp(sso.world).get(f"{PORTAL}/", headers=headers).text
