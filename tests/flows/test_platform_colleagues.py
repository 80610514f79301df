"""A person at the talent center looks people up in the directory: the site calls user_api with her token."""

from __future__ import annotations

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.sso import TALENT_CENTER
from tests.support.platform import USER_API, Platform, add_platform

DIRECTORY = f"{TALENT_CENTER}/colleagues"


@pytest.fixture
def platform(sso: SingleSignOn) -> Platform:
    return add_platform(sso)


@pytest.fixture
def lin(platform: Platform) -> Browser:
    """A browser in which lin looks at the directory."""
    browser = platform.sso.browser()
    browser.open(DIRECTORY)
    browser.sign_in("lin", "lin-demo-password")
    return browser


def test_everybody_stands_in_the_directory(lin: Browser) -> None:
    assert lin.page.status_int == 200
    for name in ("Zhang Peng", "Lin Xiao", "Administrator"):
        lin.see(name)
    assert 'href="/people/zp"' in lin.text


def test_a_search_finds_in_both_languages(lin: Browser) -> None:
    lin.open(f"{DIRECTORY}?q=%E6%9D%AD%E5%B7%9E")
    lin.see("Lin Xiao")
    lin.see_not("Zhang Peng")
    lin.open(f"{DIRECTORY}?q=nobody-of-this-name")
    lin.see("Nobody found")


def test_in_chinese(platform: Platform) -> None:
    browser = platform.sso.browser(language="zh-CN")
    browser.open(DIRECTORY)
    browser.sign_in("lin", "lin-demo-password")
    browser.see("公司通讯录")
    browser.see("产品设计师")


def test_an_expired_token_refreshes_itself(platform: Platform, lin: Browser) -> None:
    platform.sso.clock.advance(minutes=90)
    lin.reload()
    assert lin.page.status_int == 200
    lin.see("Zhang Peng")


def test_a_revoked_token_asks_to_sign_in(platform: Platform, lin: Browser) -> None:
    with platform.sso.portal.transaction() as unit:
        person = unit.users.by_username("lin")
        assert person is not None
        unit.sign_outs.end_all_of(person, "signed_out")
    platform.sso.clock.advance(seconds=15)  # user_api trusts the portal's word for ten
    lin.open(DIRECTORY)
    assert lin.is_sign_in_page


def test_a_token_without_the_scope_becomes_a_helpful_page(sso: SingleSignOn) -> None:
    platform = add_platform(sso, talent_center={"sso.scope": "openid profile email"})
    browser = platform.sso.browser()
    browser.open(DIRECTORY)
    browser.sign_in("lin", "lin-demo-password")
    assert browser.page.status_int == 403
    browser.see("lacks the permission people.read")
    browser.see("Look at the profiles")


def test_an_api_that_is_away_is_said_with_a_way_out(platform: Platform, lin: Browser) -> None:
    platform.sso.world.take_down(USER_API)
    lin.open(DIRECTORY)
    assert lin.page.status_int == 503
    lin.see("The user service does not answer")
    lin.click("Look at the profiles")
    assert lin.page.status_int == 200
