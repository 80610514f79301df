"""A person's steps at the real portal, and what she is told when she has forgotten one."""

from __future__ import annotations

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.browser import NotSeen
from sso_testkit.clients import Device
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL, PROJECT_CENTER


@pytest.fixture
def stranger(sso: SingleSignOn) -> Browser:
    return sso.browser()


def test_the_password_is_looked_up(sso: SingleSignOn, stranger: Browser) -> None:
    sso.add_person("ana", "quite a good password", name="Ana")
    for username, name in (("zp", "张鹏"), ("ana", "Ana")):
        browser = sso.browser()
        browser.open(f"{PROJECT_CENTER}/mine")
        browser.sign_in(username)
        browser.see(username)
        browser.open(PORTAL)
        browser.see(name)
    stranger.open(f"{PORTAL}/o/login/")
    with pytest.raises(AssertionError, match=r"no password of 'nobody': sso\.add_person"):
        stranger.sign_in("nobody")


def test_a_test_that_forgets_to_sign_in_is_told(stranger: Browser) -> None:
    stranger.open(f"{PROJECT_CENTER}/mine")
    for forgotten in (lambda: stranger.see("My projects"), lambda: stranger.press("Decline"), stranger.agree):
        with pytest.raises(NotSeen, match=r'nobody is signed in here: .*browser\.sign_in\("zp"\)') as told:
            forgotten()
        assert f"GET {PROJECT_CENTER}/mine" in str(told.value).splitlines()
    stranger.sign_in("zp")
    stranger.see("My projects")
    with pytest.raises(NotSeen) as told:
        stranger.see("Something else")
    assert "nobody is signed in" not in str(told.value)


def test_the_story_is_told(stranger: Browser) -> None:
    stranger.open(f"{PROJECT_CENTER}/mine")
    with pytest.raises(NotSeen, match=r"(?s)hops:.*person: GET https://portal\.example\.test/o/authorize/"):
        stranger.see("My projects")


def test_a_form_by_its_words_in_two_languages(sso: SingleSignOn) -> None:
    for language, words in (
        ("en", ("User name", "Password", "Remember me", "Sign in", "Hello")),
        ("zh", ("用户名", "密码", "记住这台设备", "登录", "你好")),
    ):
        browser = sso.browser(language)
        browser.open(f"{PORTAL}/o/login/")
        name, password, remember, sign_in, hello = words
        browser.fill(name, "zp")
        browser.fill(password, "penadmin")
        browser.tick(remember)
        browser.press(sign_in)
        browser.see(hello)
        (session,) = [cookie for cookie in browser.jar if cookie.name == "__Host-sso_session"]
        assert session.expires is not None, "she is remembered"


def test_switching_between_people(sso: SingleSignOn, browser: Browser) -> None:
    browser.switch_account("lin")
    browser.open(PORTAL)
    browser.see("Hello, 林晓")
    browser.switch_account("zp")
    browser.see("Hello, 张鹏")
    sso.add_person("ana", "quite a good password", name="Ana")
    browser.switch_account("ana")
    browser.see("Hello, Ana")


def test_switching_when_nobody_is_there_is_signing_in(stranger: Browser) -> None:
    stranger.switch_account("lin")
    stranger.see("Hello, 林晓")


def test_switching_on_the_way_goes_on_with_the_way(sso: SingleSignOn, browser: Browser) -> None:
    shop = RelyingParty.register(sso, "shop", consent="explicit")
    browser.open(shop.url())
    browser.see("As 张鹏 (zp)")
    browser.switch_account("lin")
    browser.see("As 林晓 (lin)")
    browser.agree("profile")
    userinfo = shop.userinfo(shop.redeem(shop.answer(browser)["code"]).json["access_token"]).json
    assert userinfo["preferred_username"] == "lin"


def test_refusing(sso: SingleSignOn, browser: Browser) -> None:
    shop = RelyingParty.register(sso, "shop", consent="explicit")
    browser.open(shop.url())
    browser.refuse()
    assert shop.answer(browser)["error"] == "access_denied"


def test_signing_out(browser: Browser) -> None:
    browser.sign_out()
    browser.see("You are signed out.")
    with pytest.raises(NotSeen, match="nobody is signed in in this browser"):
        browser.sign_out()


def test_one_of_several_people_or_all_of_them_leave(browser: Browser) -> None:
    browser.switch_account("lin")
    browser.sign_out()
    browser.open(f"{PORTAL}/o/login/?prompt=select_account")
    browser.see("张鹏 zp · Signed in")
    browser.switch_account("lin")
    browser.sign_out(everybody=True)
    browser.open(f"{PORTAL}/o/login/?prompt=select_account")
    browser.see_not("张鹏 zp · Signed in")


def test_signing_out_loads_the_frames_that_tell_sites(sso: SingleSignOn, browser: Browser) -> None:
    framed = RelyingParty.register(sso, "framed", frontchannel_logout_uri="https://framed.example.test/bye")
    framed.code(browser)
    browser.sign_out()
    (frame,) = browser.frames
    assert frame.url.startswith("https://framed.example.test/bye?iss=")
    assert frame.response.text == "arrived"


def test_a_device_s_code(sso: SingleSignOn, stranger: Browser) -> None:
    device = Device(sso, client_name="Living Room TV")
    stranger.enter_device_code(device.ask().json["user_code"])
    stranger.sign_in("zp")
    stranger.agree()
    sso.clock.advance(5)
    assert device.poll().status_int == 200


def test_a_restart_forgets_who_was_not_to_be_remembered(sso: SingleSignOn) -> None:
    for remember_me in (True, False):
        browser = sso.browser()
        browser.open(f"{PORTAL}/o/login/")
        browser.sign_in("zp", remember_me=remember_me)
        browser.close()
        assert ("Hello, 张鹏" in browser.open(PORTAL).text) is remember_me


def test_what_the_browser_asks_for_is_in_the_world_s_journal(sso: SingleSignOn, stranger: Browser) -> None:
    stranger.open(f"{PROJECT_CENTER}/mine")
    hops = [hop for hop in sso.world.journal.hops if hop.actor == "person"]
    assert [f"{hop.method} {hop.url}" for hop in hops] == stranger.hops
    assert len(hops) > 2
