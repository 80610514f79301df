"""A television without a keyboard: it shows a code, its person types it elsewhere, and it is let in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.browser import Tab
from sso_testkit.clients import Device
from sso_testkit.clients.names import DEVICE_CODE, DEVICE_PAGE
from sso_testkit.refusals import error_of
from sso_testkit.sso import PORTAL

WRONG = "No device is waiting with this code"


@pytest.fixture
def tv(sso: SingleSignOn) -> Device:
    """A television that has asked for codes."""
    device = Device(sso, client_name="Living Room TV")
    device.ask()
    return device


def type_in(tab: Tab, code: str) -> None:
    """Fill in the page that asks for the code."""
    form = tab.page.forms[0]
    form["user_code"] = code
    tab.submit(form)


def heading(tab: Tab) -> str:
    return str(tab.page.html.h1.get_text())


def test_from_the_code_on_the_screen_to_the_person_on_the_television(sso: SingleSignOn, tv: Device) -> None:
    assert error_of(tv.poll()) == "authorization_pending"
    browser = sso.browser()
    browser.open(tv.codes["verification_uri"])
    type_in(browser, tv.codes["user_code"].lower().replace("-", " "))
    assert browser.url == f"{PORTAL}/o/login/?next=/o/device/%3Fuser_code%3D{tv.codes['user_code']}"
    browser.sign_in("zp", "penadmin")
    assert heading(browser) == "Living Room TV on a device would like to"
    assert tv.codes["user_code"] in browser.page.html.find("strong", class_="code").get_text()
    assert [box["value"] for box in browser.page.html.find_all("input", type="checkbox")] == ["email"]
    browser.agree("email")
    assert heading(browser) == "You can go back to your device"
    sso.clock.advance(5)
    tokens = tv.poll()
    assert tokens.status_int == 200
    assert set(tokens.json) == {"access_token", "expires_in", "token_type", "scope", "refresh_token", "id_token"}
    assert tokens.json["scope"] == "openid profile email"
    who = tv.userinfo(tokens.json["access_token"]).json
    assert (who["preferred_username"], who["email"]) == ("zp", "zp@example.test")


def test_the_code_may_be_in_the_address(browser: Browser, tv: Device) -> None:
    browser.open(tv.codes["verification_uri_complete"])
    assert browser.hops == [f"GET {tv.codes['verification_uri_complete']}"]
    browser.agree()
    assert tv.poll().json["scope"] == "openid profile"


def test_a_silent_client_asks_here_too_and_is_not_remembered(sso: SingleSignOn, browser: Browser) -> None:
    for policy in ("silent", "once", "explicit"):
        device = Device(sso, policy, consent=policy, first_party=True)
        for _ in range(2):
            browser.open(device.ask().json["verification_uri_complete"])
            assert heading(browser).endswith("would like to"), policy
            browser.agree()
            assert device.poll().status_int == 200


def test_declining(sso: SingleSignOn, browser: Browser, tv: Device) -> None:
    browser.open(tv.codes["verification_uri_complete"])
    browser.refuse()
    assert heading(browser) == "The device was not let in"
    assert error_of(tv.poll()) == "access_denied"
    assert error_of(tv.poll()) == "access_denied"
    assert tv.ask().status_int == 200
    assert error_of(tv.poll()) == "authorization_pending"


def test_a_declined_scope_is_not_granted_and_a_refresh_does_not_bring_it_back(browser: Browser, tv: Device) -> None:
    browser.open(tv.codes["verification_uri_complete"])
    browser.agree()
    tokens = tv.poll().json
    assert "email" not in tv.userinfo(tokens["access_token"]).json
    refreshed = tv.poll(grant_type="refresh_token", device_code=None, refresh_token=tokens["refresh_token"]).json
    assert refreshed["scope"] == "openid profile"


def test_nothing_granted_is_nothing_and_not_everything(browser: Browser, tv: Device) -> None:
    browser.open(tv.ask(scope="email").json["verification_uri_complete"])
    browser.agree()
    tokens = tv.poll().json
    assert tokens["scope"] == ""
    assert "id_token" not in tokens
    assert tv.userinfo(tokens["access_token"]).status_int == 403


def test_a_client_that_is_not_registered_for_refresh_tokens_gets_none(sso: SingleSignOn, browser: Browser) -> None:
    device = Device(sso, "once-only", grant_types=[DEVICE_CODE])
    browser.open(device.ask(scope="openid").json["verification_uri_complete"])
    browser.agree()
    assert set(device.poll().json) == {"access_token", "expires_in", "token_type", "scope", "id_token"}


def test_a_code_expires(sso: SingleSignOn, browser: Browser, tv: Device) -> None:
    sso.clock.advance(599)
    browser.open(tv.codes["verification_uri_complete"])
    form = browser.page.forms[0]
    sso.clock.advance(1)
    browser.submit(form, "decision", "allow")
    assert WRONG in browser.text
    assert browser.page.forms[0]["user_code"].value == tv.codes["user_code"]
    assert error_of(tv.poll()) == "expired_token"


def test_an_answer_that_the_device_does_not_fetch_in_time_is_void(
    sso: SingleSignOn, browser: Browser, tv: Device
) -> None:
    browser.open(tv.codes["verification_uri_complete"])
    browser.agree()
    sso.clock.advance(600)
    assert error_of(tv.poll()) == "expired_token"


@pytest.mark.parametrize("typed", ["WDJB-MJH", "not a code", "验证码", "<b>x</b>", "W" * 5000])
def test_what_cannot_be_a_code_is_kept_and_said(sso: SingleSignOn, typed: str) -> None:
    browser = sso.browser()
    browser.open(DEVICE_PAGE)
    type_in(browser, typed)
    assert "A code has eight letters" in browser.text
    assert browser.page.forms[0]["user_code"].value == typed[:40]
    assert "<b>x" not in browser.text
    browser.open(f"{DEVICE_PAGE}?user_code={quote(typed)}")
    assert browser.page.forms[0]["user_code"].value == typed[:40]


def test_an_unknown_code_is_kept_and_said(browser: Browser, tv: Device) -> None:
    browser.open(DEVICE_PAGE)
    type_in(browser, "bcdf ghjk")
    assert WRONG in browser.text
    assert browser.page.forms[0]["user_code"].value == "BCDF-GHJK"
    type_in(browser, tv.codes["user_code"])
    browser.agree()
    assert tv.poll().status_int == 200


def test_guessing_is_slowed_and_waiting_helps(sso: SingleSignOn, browser: Browser, tv: Device) -> None:
    for _ in range(4):
        browser.open(f"{DEVICE_PAGE}?user_code=BCDF-GHJK")
        assert (browser.page.status_int, WRONG in browser.text) == (200, True)
    browser.open(tv.codes["verification_uri_complete"])
    assert browser.page.status_int == 429
    assert browser.page.headers["Retry-After"] == "2"
    assert "You can try again in 2 s" in browser.text
    assert browser.page.forms[0]["user_code"].value == tv.codes["user_code"]
    sso.clock.advance(2)
    type_in(browser, tv.codes["user_code"])
    assert heading(browser).endswith("would like to")


def test_pressing_allow_twice_and_going_back(browser: Browser, tv: Device) -> None:
    browser.open(tv.codes["verification_uri_complete"])
    form = browser.page.forms[0]
    for _ in range(2):
        browser.submit(form, "decision", "allow")
        assert heading(browser) == "You can go back to your device"
    browser.reload()
    assert heading(browser) == "You can go back to your device"
    assert tv.poll().status_int == 200
    browser.open(tv.codes["verification_uri_complete"])
    assert heading(browser) == "You can go back to your device"


@pytest.mark.parametrize(("first", "shown"), [("allow", "You can go back to your device"), ("deny", "not let in")])
def test_of_two_tabs_the_first_answer_counts_and_both_say_so(
    browser: Browser, tv: Device, first: str, shown: str
) -> None:
    other = browser.new_tab()
    for tab in (browser, other):
        tab.open(tv.codes["verification_uri_complete"])
    second = {"allow": "deny", "deny": "allow"}[first]
    browser.submit(browser.page.forms[0], "decision", first)
    other.submit(other.page.forms[0], "decision", second)
    assert shown in heading(browser)
    assert heading(browser) == heading(other)
    assert tv.poll().status_int == (200 if first == "allow" else 400)


def test_signing_out_before_the_device_asks_shuts_it_out(browser: Browser, tv: Device) -> None:
    browser.open(tv.codes["verification_uri_complete"])
    browser.agree()
    browser.open(f"{PORTAL}/o/logout/")
    browser.submit(browser.page.forms[0], "decision", "sign_out")
    answer = tv.poll()
    assert error_of(answer) == "invalid_grant"
    assert "session" in answer.json["error_description"]


def test_signing_out_later_ends_what_the_device_has(browser: Browser, tv: Device) -> None:
    browser.open(tv.codes["verification_uri_complete"])
    browser.agree()
    tokens = tv.poll().json
    browser.open(f"{PORTAL}/o/logout/")
    browser.submit(browser.page.forms[0], "decision", "sign_out")
    assert tv.userinfo(tokens["access_token"]).status_int == 401


def test_signing_out_with_the_question_open_leads_to_sign_in_and_back(browser: Browser, tv: Device) -> None:
    browser.open(tv.codes["verification_uri_complete"])
    form = browser.page.forms[0]
    browser.forget("__Host-sso_session")
    browser.submit(form, "decision", "allow")
    assert browser.url.startswith(f"{PORTAL}/o/login/?next=/o/device/")
    browser.sign_in("lin", "lin-demo-password")
    assert "林晓" in browser.text
    browser.agree("email")
    assert tv.userinfo(tv.poll().json["access_token"]).json["preferred_username"] == "lin"


def test_what_one_person_answered_is_unknown_to_another(sso: SingleSignOn, browser: Browser, tv: Device) -> None:
    other = sso.browser()
    other.open(f"{PORTAL}/o/login/")
    other.sign_in("lin", "lin-demo-password")
    other.open(tv.codes["verification_uri_complete"])
    form = other.page.forms[0]
    browser.open(tv.codes["verification_uri_complete"])
    browser.agree()
    other.submit(form, "decision", "deny")
    assert WRONG in other.text
    assert tv.poll().status_int == 200


@pytest.mark.parametrize("fields", [{"always_authenticate": True}, {"default_max_age": 60}])
def test_a_client_that_wants_a_fresh_proof_gets_it(sso: SingleSignOn, browser: Browser, fields: dict[str, Any]) -> None:
    device = Device(sso, "careful", **fields)
    sso.clock.advance(61)
    browser.open(device.ask().json["verification_uri_complete"])
    assert "prompt=login" in browser.url
    sso.clock.advance(10)
    browser.sign_in("zp", "penadmin")
    assert heading(browser).endswith("would like to")
    sso.clock.advance(61)
    browser.agree()
    assert heading(browser) == "You can go back to your device"
    assert device.poll().status_int == 200


def test_a_proof_that_is_missing_is_missed_when_she_answers_too(sso: SingleSignOn, browser: Browser) -> None:
    device = Device(sso, "careful")
    sso.clock.advance(1)
    browser.open(device.ask().json["verification_uri_complete"])
    form = browser.page.forms[0]
    sso.edit_client("careful", always_authenticate=True)
    browser.submit(form, "decision", "allow")
    assert "prompt=login" in browser.url
    assert error_of(device.poll()) == "authorization_pending"


def test_every_page_speaks_chinese_too(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso()
    tv = Device(sso, client_name="TV", **{"client_name#zh-CN": "客厅电视"})
    browser = sso.browser("zh-CN")
    browser.open(DEVICE_PAGE)
    assert heading(browser) == "连接设备"
    type_in(browser, "x")
    assert "代码由八个字母组成" in browser.text
    browser.open(tv.ask().json["verification_uri_complete"])
    browser.sign_in("zp", "penadmin")
    assert heading(browser) == "设备上的 客厅电视 想要"
    browser.agree()
    assert heading(browser) == "可以回到你的设备了"
    browser.open(tv.ask().json["verification_uri_complete"])
    browser.refuse()
    assert heading(browser) == "设备没有获得授权"
    browser.open(f"{DEVICE_PAGE}?user_code=BCDFGHJK")
    assert "没有设备在等待这个代码" in browser.text
