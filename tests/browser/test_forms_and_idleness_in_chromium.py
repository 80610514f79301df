"""A form that is sent too late, and the banner before that, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.test_every_page import Walk
from tests.browser.test_two_sites_in_chromium import sign_in
from tests.support.demo import Demo

SESSION = "**/sso/session"


def open_project(demo: Demo, page: Page, key: str = "PC-104") -> None:
    page.goto(f"{demo.project_center}/mine")
    sign_in(page)
    page.wait_for_url(f"{demo.project_center}/mine")
    page.goto(f"{demo.project_center}/projects/{key}")


@pytest.mark.parametrize(("locale", "width", "scheme"), [("zh-CN", 360, "light"), ("en", 1280, "dark")])
def test_a_form_sent_too_late_is_kept_without_any_script(
    demo: Demo, visitor: Callable[..., Page], locale: str, width: int, scheme: str
) -> None:
    page = visitor(locale=locale, width=width, scheme=scheme, script=False)
    open_project(demo, page)
    text = f"第一行\n\n <b>{locale}</b>"
    page.fill("#title", f"Written in {locale}")
    page.fill("#text", text)
    page.context.clear_cookies(name="sso_project-center")
    page.click(".notes form .button")
    expect(page.locator("h1")).to_have_text({"en": "Your form is kept", "zh-CN": "你填写的表单还在"}[locale])
    page.click("button.primary")
    page.wait_for_url(f"{demo.project_center}/projects/PC-104#notes")
    note = page.locator(".note-list li", has_text=f"Written in {locale}")
    expect(note).to_have_count(1)
    assert note.locator(".text").text_content() == text
    page.go_back()
    expect(page.locator("button")).to_have_count(0)


@pytest.mark.parametrize(("locale", "width", "scheme"), [("zh-CN", 360, "dark"), ("en", 1280, "light")])
def test_the_pages_about_forms_and_contracts_look_right(
    demo: Demo, visitor: Callable[..., Page], locale: str, width: int, scheme: str
) -> None:
    page = visitor(locale=locale, width=width, scheme=scheme)
    walk = Walk(page, f"{locale}-{width}-{scheme}", width)
    open_project(demo, page, "PC-110")
    page.fill("#title", "x" * 80)
    page.fill("#text", "many words " * 100)
    page.context.clear_cookies(name="sso_project-center")
    page.click(".notes form .button")
    walk.look("site-form-kept")
    page.click("button.primary")
    walk.look("project-center-notes")
    page.goto(f"{demo.project_center}/sso/parked/unknown")
    walk.look("site-form-gone")
    page.goto(f"{demo.talent_center}/mine/contract")
    walk.look("talent-center-contract")


def test_the_banner_warns_and_staying_makes_it_go_away(demo: Demo, visitor: Callable[..., Page]) -> None:
    page = visitor(locale="zh-CN", width=360)
    open_project(demo, page)
    told: list[str] = []

    def answer(route: Route) -> None:
        told.append(route.request.method)
        left = 1800 if "POST" in told else 118
        route.fulfill(json={"signed_in": True, "ends_in": left, "can_stay": True})

    page.route(SESSION, answer)
    walk = Walk(page, "zh-CN-360-light", 360)
    page.reload()
    banner = page.get_by_role("alertdialog", name="即将退出登录")
    expect(banner).to_contain_text("你将在 2 分钟后退出登录")
    walk.look("site-idle")
    banner.get_by_role("button", name="保持登录").click()
    expect(banner).to_have_count(0)
    assert told[-1] == "POST"


def test_staying_is_possible_with_the_real_site(demo: Demo, visitor: Callable[..., Page]) -> None:
    page = visitor()
    open_project(demo, page)
    answer = page.evaluate(
        """async () => {
            const token = document.querySelector("script[data-csrf-token]").dataset.csrfToken;
            const body = new URLSearchParams({ csrf_token: token });
            return (await fetch("/sso/session", { method: "POST", body })).json();
        }"""
    )
    assert answer["signed_in"] is True and answer["ends_in"] > 0


@pytest.mark.parametrize("typed", ["", "half a sentence"])
def test_when_it_is_over_the_page_goes_unless_something_was_typed(
    demo: Demo, visitor: Callable[..., Page], typed: str
) -> None:
    page = visitor()
    open_project(demo, page)
    answers = [{"signed_in": True, "ends_in": 2, "can_stay": False}]
    over = {"signed_in": False, "ends_in": None, "can_stay": False}
    page.route(SESSION, lambda route: route.fulfill(json=answers.pop() if answers else over))
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    page.reload()
    page.fill("#title", typed)
    if typed:
        expect(page.get_by_role("alertdialog", name="You are signed out")).to_contain_text("What you have typed")
        assert page.input_value("#title") == typed
    else:
        page.wait_for_event("framenavigated")
    assert len(loads) == (1 if typed else 2)
