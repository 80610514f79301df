"""A person at the project center keeps projects of her own: the site calls project_api, which calls user_api."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.sso import PORTAL, PROJECT_CENTER
from tests.support.platform import PROJECT_API, USER_API, Platform, add_platform

OWN = f"{PROJECT_CENTER}/own"


@pytest.fixture
def platform(sso: SingleSignOn) -> Platform:
    return add_platform(sso)


@pytest.fixture
def zp(platform: Platform) -> Browser:
    """A browser in which zp looks at her own projects."""
    browser = platform.sso.browser()
    browser.open(OWN)
    browser.sign_in("zp", "penadmin")
    return browser


def create(browser: Browser, title: str, summary: str = "") -> None:
    browser.fill("Title", title)
    browser.fill("What it is for", summary)
    browser.press("Create")


def test_a_person_creates_a_project_and_sees_it(zp: Browser, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        create(zp, "给食堂换菜单", "Two weeks of new dishes.")
    assert zp.url == OWN
    zp.see("给食堂换菜单")
    zp.see("Two weeks of new dishes.")
    zp.see("Kept for Zhang Peng")
    # Whom the API served, and through which site, is in its log.
    assert "project created id=3 username=zp client_id=project-center" in caplog.text
    assert "path=/projects status=201" in caplog.text


def test_what_she_has_created_is_hers_alone(platform: Platform, zp: Browser) -> None:
    create(zp, "Nobody else's business")
    hers = platform.sso.browser()
    hers.open(OWN)
    hers.sign_in("lin", "lin-demo-password")
    hers.see("按钮文案统一")
    hers.see_not("Nobody else's business")


def form_of(browser: Browser) -> Any:
    """The form for a new project."""
    return next(form for form in browser.page.forms.values() if "title" in form.fields)


def test_the_same_form_sent_twice_creates_one_project(zp: Browser) -> None:
    form = form_of(zp)
    form["title"] = "Only once"
    zp.submit(form)
    zp.submit(form)
    assert zp.text.count("<h3>Only once</h3>") == 1


def test_in_chinese(platform: Platform) -> None:
    browser = platform.sso.browser(language="zh-CN")
    browser.open(OWN)
    browser.sign_in("zp", "penadmin")
    browser.see("我自己的项目")
    browser.see("为 张鹏 保存")


def test_an_expired_token_refreshes_itself(platform: Platform, zp: Browser) -> None:
    platform.sso.clock.advance(minutes=20)  # project_api's tokens last five
    create(zp, "After the break")
    assert zp.url == OWN
    zp.see("After the break")


def test_a_revoked_grant_asks_to_sign_in_and_keeps_the_form(platform: Platform, zp: Browser) -> None:
    platform.sso.clock.advance(minutes=20)
    with platform.sso.portal.transaction() as unit:
        zp_herself = unit.users.by_username("zp")
        assert zp_herself is not None
        unit.sign_outs.end_all_of(zp_herself, "signed_out")
    create(zp, "Typed before the sign-in ended")
    assert zp.is_sign_in_page
    zp.sign_in("zp", "penadmin")
    zp.see("Typed before the sign-in ended")


def test_a_token_that_does_not_reach_so_far_becomes_a_helpful_page(sso: SingleSignOn) -> None:
    platform = add_platform(sso, project_center={"sso.scope": "openid profile email projects.read"})
    browser = platform.sso.browser()
    browser.open(OWN)
    browser.sign_in("zp", "penadmin")
    create(browser, "Not allowed")
    assert browser.page.status_int == 403
    browser.see("lacks the permission projects.write")
    browser.see("机房搬迁清单")  # what may be read still stands there
    assert 'value="Not allowed"' in browser.text


def test_an_api_that_is_away_leaves_the_rest_of_the_site_alone(platform: Platform, zp: Browser) -> None:
    platform.sso.world.take_down(PROJECT_API)
    create(zp, "Not lost", "Still in the form.")
    assert zp.page.status_int == 503
    zp.see("The project service does not answer.")
    assert 'value="Not lost"' in zp.text
    zp.open(f"{PROJECT_CENTER}/mine")
    assert zp.page.status_int == 200
    zp.open(OWN)
    assert zp.page.status_int == 503
    zp.see("Your projects are safe there.")
    platform.sso.world.bring_up(PROJECT_API)
    zp.reload()
    zp.see("机房搬迁清单")


def test_an_answer_that_was_lost_creates_nothing_twice(platform: Platform, zp: Browser) -> None:
    zp.fill("Title", "Sent twice")
    platform.sso.world.take_down(PROJECT_API)
    zp.press("Create")
    platform.sso.world.bring_up(PROJECT_API)
    form = form_of(zp)
    zp.submit(form)
    zp.submit(form)
    assert zp.text.count("<h3>Sent twice</h3>") == 1


def test_without_user_api_projects_go_on_without_a_name(platform: Platform) -> None:
    platform.sso.world.take_down(USER_API)
    browser = platform.sso.browser()
    browser.open(OWN)
    browser.sign_in("zp", "penadmin")
    create(browser, "Nameless")
    browser.see("Nameless")
    browser.see_not("Kept for")
    platform.sso.world.bring_up(USER_API)
    platform.sso.clock.advance(minutes=1)
    browser.reload()
    browser.see("Kept for Zhang Peng")


def test_the_portal_being_away_is_said_by_the_kit(platform: Platform, zp: Browser) -> None:
    platform.sso.clock.advance(minutes=20)
    platform.sso.world.take_down(PORTAL)
    zp.open(OWN)
    assert zp.page.status_int == 503
    assert "Traceback" not in zp.text


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("title", "   ", "Write something here."),
        ("title", "x" * 121, "At most 120 characters fit."),
        ("summary", "x" * 2001, "At most 2000 characters fit."),
        ("due", "tomorrow", "Write a day such as 2026-11-28"),
    ],
)
def test_what_is_typed_wrong_is_told_at_its_field(zp: Browser, field: str, text: str, said: str) -> None:
    form = form_of(zp)
    form["title"] = "Good"
    form[field] = text
    zp.submit(form)
    assert zp.page.status_int == 400
    zp.see(said)
    assert 'aria-invalid="true"' in zp.text


def test_a_forged_form_creates_nothing(zp: Browser) -> None:
    form = form_of(zp)
    form["csrf_token"], form["title"] = "forged", "By somebody else"
    zp.submit(form)
    assert zp.page.status_int == 403
    zp.open(OWN)
    zp.see_not("By somebody else")


def test_a_site_without_an_api_has_no_such_page(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/")
    browser.see_not("Kept by me")
    browser.open(OWN)
    assert browser.page.status_int == 404
