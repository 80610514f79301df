"""The partner's four steps in a real browser, page by page: two of three scopes ticked, shown, and taken back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_every_page import SCREENSHOTS, Walk
from tests.browser.test_two_sites_in_chromium import sign_in
from tests.support.demo import Demo

LESSON = {"en": "Fire safety and evacuation", "zh-CN": "消防与疏散"}
NO_VIDEOS = {"en": "You have not shared your videos.", "zh-CN": "你没有授权视频记录。"}
OVER = {"en": "We are no longer connected", "zh-CN": "连接已经断开"}
DECLINED = {
    "en": "You chose not to share. You can still look around.",
    "zh-CN": "你选择了不授权，仍然可以继续浏览。",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_every_page_of_the_partner(
    demo: Demo, visitor: Callable[..., Page], locale: str, width: int, scheme: str
) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page, site = visitor(locale=locale, width=width, scheme=scheme), demo.partner_site
    walk = Walk(page, f"{locale}-{width}-{scheme}", width)
    page.goto(site)
    walk.look("partner-home")
    page.locator(".hero .button").click()
    assert page.url == f"{site}/connect"
    walk.look("partner-step-1")
    page.locator(".steps .button").click()
    sign_in(page)
    page.wait_for_selector("button[name=decision]")
    assert page.locator("input[name=scope]").count() == 3
    assert page.locator("input[name=scope]:checked").count() == 0
    walk.look("portal-consent-partner")
    page.check("input[value='email']")
    page.check("input[value='learning.read']")
    page.locator("button[value=allow]").click()
    page.wait_for_url(f"{site}/connect")
    expect(page.locator(".steps > .done")).to_have_count(3)
    walk.look("partner-step-3")
    page.locator(".steps > .next .button").click()
    expect(page.locator(".steps > .done")).to_have_count(4)
    expect(page.locator("main")).to_contain_text(NO_VIDEOS[locale])
    for number in range(3):
        page.locator(".steps summary").nth(number).click()
    walk.look("partner-step-4")
    page.goto(f"{site}/mine")
    expect(page.locator("main")).to_contain_text(LESSON[locale])
    expect(page.locator("main")).to_contain_text(NO_VIDEOS[locale])
    walk.look("partner-mine")
    page.locator("header summary").click()
    walk.look("partner-mine-menu")
    page.goto(f"{site}/nowhere")
    walk.look("partner-404")
    page.goto(f"{demo.portal}/account/sites?remove=partner-site")
    page.locator("form button[type=submit]").last.click()
    page.locator(".note").wait_for()
    page.goto(f"{site}/mine")
    expect(page.locator("h1")).to_have_text(OVER[locale])
    walk.look("partner-ended")
    page.locator("main .button").click()
    page.locator(".steps .button").click()
    page.locator("button[value=deny]").click()
    page.wait_for_url(f"{site}/?sign_in=declined")
    expect(page.locator(".notice")).to_have_text(DECLINED[locale])
    walk.look("partner-declined")


def test_the_four_steps_need_no_script(demo: Demo, visitor: Callable[..., Page]) -> None:
    page, site = visitor(script=False, width=320), demo.partner_site
    page.goto(f"{site}/connect")
    page.locator(".steps .button").click()
    sign_in(page, "lin", "lin-demo-password")
    for box in page.locator("input[name=scope]").all():
        box.check()
    page.locator("button[value=allow]").click()
    page.wait_for_url(f"{site}/connect")
    page.locator(".steps > .next .button").click()
    expect(page.locator(".steps > .done")).to_have_count(4)
    page.goto(f"{site}/mine")
    expect(page.locator("#lessons .count")).to_have_count(1)
    expect(page.locator("#videos .count")).to_have_count(1)


def test_the_nightly_job_reports_on_the_running_demo(demo: Demo) -> None:
    file = demo.data / "partner-site.json"
    assert file.stat().st_mode & 0o077 == 0
    command = [sys.executable, "-m", "demo_sites.partner_site.nightly", "--settings-json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "people have finished something." in done.stdout and "First aid" in done.stdout
