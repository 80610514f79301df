"""Sign in once, use two sites, sign out everywhere: drawn from the running demo and by the test kit, and looked at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sso_flow import record
from sso_testkit import SingleSignOn
from sso_testkit.sso import PROJECT_CENTER, TALENT_CENTER
from tests.browser.test_every_page import SCREENSHOTS, Walk
from tests.browser.test_two_sites_in_chromium import sign_in
from tests.support.demo import Demo

SHOWN = [("en", 1280, "light"), ("en", 360, "dark"), ("zh-CN", 1280, "dark"), ("zh-CN", 360, "light")]
CHAPTERS = {
    "en": ["Opens {project} /mine", "Types user name and password", "Opens {talent} /mine", "Signs out at {project}"],
    "zh-CN": ["打开 {project} /mine", "输入用户名和密码", "打开 {talent} /mine", "在{project}退出登录"],
}
LANES = {
    "en": ["Person", "Browser", "{project}", "{talent}", "Portal"],
    "zh-CN": ["用户", "浏览器", "{project}", "{talent}", "登录门户"],
}
SAID = {
    "en": ["Exchanges the code for tokens, server to server", "Says who the person is"],
    "zh-CN": ["服务器之间用授权码换令牌", "回答用户是谁"],
}
NOTICE = {"en": "Tells the site that the session is over", "zh-CN": "通知站点：这次登录已结束"}


def use_two_sites(page: Page, demo: Demo) -> None:
    """Sign in once and use both sites."""
    page.goto(f"{demo.project_center}/mine")
    sign_in(page)
    page.wait_for_url(f"{demo.project_center}/mine")
    page.goto(f"{demo.talent_center}/mine")


def sign_out(page: Page, demo: Demo) -> None:
    """Sign out everywhere, at the first site, and come back to it."""
    page.goto(f"{demo.project_center}/mine")
    page.locator("header summary").first.click()
    page.locator("form[action*='sign-out'] button").first.click()
    page.wait_for_selector("h1")
    page.goto(f"{demo.project_center}/")


def expect_flow(page: Page, locale: str, chapters: int, **names: str) -> None:
    """The page tells this flow: who takes part, what was done, and what the servers said to each other."""
    assert page.locator("html").get_attribute("lang") == locale
    wanted = [chapter.format(**names) for chapter in CHAPTERS[locale][:chapters]]
    expect(page.locator("h2")).to_have_text([f"{number}. {told}" for number, told in enumerate(wanted, start=1)])
    expect(page.locator("svg").first.locator(".head")).to_have_text([lane.format(**names) for lane in LANES[locale]])
    for said in SAID[locale]:
        expect(page.locator(".words", has_text=said)).to_have_count(2)
    expect(page.locator(".words", has_text=NOTICE[locale])).to_have_count(2 if chapters == len(CHAPTERS[locale]) else 0)


@pytest.mark.parametrize(("locale", "width", "scheme"), SHOWN)
def test_the_running_demo_draws_what_this_browser_did(
    demo: Demo, visitor: Callable[..., Page], locale: str, width: int, scheme: str
) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page = visitor(locale=locale, width=width, scheme=scheme)
    walk = Walk(page, f"{locale}-{width}-{scheme}", width)
    names = {"project": "Project Center", "talent": "Talent Center"}
    if locale == "zh-CN":
        names = {"project": "项目中心", "talent": "人才中心"}
    page.goto(demo.project_center)
    expect(page.locator("a[href*='/demo/flow']")).to_have_count(0)
    use_two_sites(page, demo)
    page.locator(".story > summary").click()
    page.locator(".story a[href*='/demo/flow']").click()
    expect_flow(page, locale, 3, **names)
    page.locator("main > p a").first.click()
    page.wait_for_url(f"{demo.talent_center}/")
    sign_out(page, demo)
    page.locator("a[href*='/demo/flow']").click()
    expect_flow(page, locale, 4, **names)
    assert "penadmin" not in page.content()
    walk.look("demo-flow")


def test_each_browser_sees_its_own_flow_and_the_last_one(demo: Demo, visitor: Callable[..., Page]) -> None:
    hers, his = visitor(), visitor(script=False)
    use_two_sites(hers, demo)
    his.goto(f"{demo.portal}/demo/flow")
    expect(his.locator("main")).to_contain_text("This browser has not signed in since the demo was started.")
    his.goto(f"{demo.project_center}/mine")
    his.goto(f"{demo.portal}/demo/flow")
    expect(his.locator("h2")).to_have_text(["1. Opens Project Center /mine"])
    sign_out(hers, demo)
    hers.goto(f"{demo.talent_center}/mine")
    hers.goto(f"{demo.portal}/demo/flow")
    expect(hers.locator("h2")).to_have_text(["1. Opens Talent Center /mine"])


@pytest.fixture(scope="module")
def kit_pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same flow by the test kit, a page in each language."""
    folder = tmp_path_factory.mktemp("kit")
    sso = SingleSignOn(folder)
    sso.add_person("zp", "penadmin", name="张鹏")
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    browser.open(f"{TALENT_CENTER}/mine")
    browser.submit(next(form for form in browser.page.forms.values() if form.action.endswith("/sign-out")))
    sso.close()
    pages = {"en": folder / "en.html", "zh-CN": folder / "zh-CN.html"}
    pages["en"].write_text(record(sso.journal, title="Sign in once").html(), encoding="utf-8")
    pages["zh-CN"].write_text(record(sso.journal, title="登录一次", language="zh").html(), encoding="utf-8")
    return pages


@pytest.mark.parametrize(("locale", "width", "scheme"), SHOWN)
def test_the_page_of_the_test_kit_is_as_good(
    kit_pages: dict[str, Path], visitor: Callable[..., Page], locale: str, width: int, scheme: str
) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page = visitor(locale=locale, width=width, scheme=scheme)
    walk = Walk(page, f"{locale}-{width}-{scheme}", width)
    page.goto(kit_pages[locale].as_uri())
    expect(page.locator(".words", has_text=NOTICE[locale])).to_have_count(2)
    for said in SAID[locale]:
        expect(page.locator(".words", has_text=said)).to_have_count(2)
    assert "penadmin" not in page.content()
    walk.look("kit-flow")
