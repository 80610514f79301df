"""The main story, in a real browser: sign in once, use two sites, sign out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.demo import Demo


def sign_in(page: Page, username: str = "zp", password: str = "penadmin") -> None:
    page.fill("#username", username)
    page.fill("#password", password)
    page.press("#password", "Enter")


def test_one_sign_in_opens_both_sites_and_signing_out_asks_again(demo: Demo, visitor: Callable[..., Page]) -> None:
    page = visitor()
    page.goto(f"{demo.project_center}/mine")
    assert page.url.startswith(f"{demo.portal}/o/login/")
    expect(page.locator("main")).to_contain_text("Project Center")
    assert page.evaluate("document.activeElement.id") == "username"
    sign_in(page)
    page.wait_for_url(f"{demo.project_center}/mine")
    expect(page.locator("body")).to_contain_text("zp")

    seen: list[str] = []
    page.on("framenavigated", lambda frame: seen.append(frame.url))
    page.goto(f"{demo.talent_center}/mine")
    assert page.url == f"{demo.talent_center}/mine"
    assert seen == [f"{demo.talent_center}/mine"], "the portal showed a page to a signed-in person"
    expect(page.locator("body")).to_contain_text("zp")

    page.goto(f"{demo.project_center}/mine")
    page.locator("header summary").first.click()
    page.locator("form[action*='sign-out'] button").first.click()
    expect(page.locator("h1")).to_have_text("You are signed out.")
    page.get_by_role("link", name="Back to Project Center").click()
    page.wait_for_url(f"{demo.project_center}/")
    page.goto(f"{demo.project_center}/mine")
    assert page.url.startswith(f"{demo.portal}/o/login/")


def test_signing_in_needs_no_script(demo: Demo, visitor: Callable[..., Page]) -> None:
    page = visitor(script=False, locale="zh-CN", width=360)
    page.goto(f"{demo.talent_center}/mine")
    expect(page.locator("h1")).to_have_text("登录")
    sign_in(page, "lin", "lin-demo-password")
    page.wait_for_url(f"{demo.talent_center}/mine")
    expect(page.locator("body")).to_contain_text("lin")


def test_a_wrong_password_keeps_the_name_and_asks_for_the_password(demo: Demo, visitor: Callable[..., Page]) -> None:
    page = visitor()
    page.goto(f"{demo.project_center}/mine")
    sign_in(page, "lin", "not her password")
    expect(page.get_by_role("alert")).to_have_text("The user name or password is not right.")
    assert page.input_value("#username") == "lin"
    assert page.input_value("#password") == ""
    assert page.evaluate("document.activeElement.id") == "password"
    page.fill("#password", "lin-demo-password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{demo.project_center}/mine")


def test_the_password_can_be_shown_and_caps_lock_is_mentioned(demo: Demo, visitor: Callable[..., Page]) -> None:
    page = visitor()
    page.goto(f"{demo.portal}/o/login/")
    page.fill("#password", "secret")
    page.get_by_role("button", name="Show the password").click()
    assert page.get_attribute("#password", "type") == "text"
    page.get_by_role("button", name="Show the password").click()
    assert page.get_attribute("#password", "type") == "password"


def test_back_button_and_double_click_end_at_the_site(demo: Demo, visitor: Callable[..., Page]) -> None:
    page = visitor()
    page.goto(f"{demo.project_center}/")
    page.goto(f"{demo.project_center}/mine")
    page.fill("#username", "zp")
    page.fill("#password", "penadmin")
    page.get_by_role("button", name="Sign in").dblclick()
    page.wait_for_url(f"{demo.project_center}/mine")
    page.go_back()
    page.wait_for_load_state()
    assert page.url in {f"{demo.project_center}/mine", f"{demo.project_center}/"}
    page.goto(f"{demo.project_center}/mine")
    assert page.url == f"{demo.project_center}/mine"


@pytest.fixture
def explicit_talent_center(demo: Demo) -> Iterator[None]:
    demo.edit_client("talent-center", "consent=explicit")
    yield
    demo.edit_client("talent-center", "consent=silent")


@pytest.mark.usefixtures("explicit_talent_center")
def test_an_explicit_site_asks_each_time_and_takes_no_for_an_answer(demo: Demo, visitor: Callable[..., Page]) -> None:
    page = visitor()
    page.goto(f"{demo.talent_center}/mine")
    sign_in(page)
    expect(page.locator("h1")).to_have_text("Talent Center would like to")
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"{demo.talent_center}/mine")

    again = page.context.new_page()
    page.context.clear_cookies(name="sso_talent-center")
    again.goto(f"{demo.talent_center}/mine")
    expect(again.locator("h1")).to_have_text("Talent Center would like to")
    again.get_by_role("button", name="Decline").click()
    again.wait_for_url(f"{demo.talent_center}/?sign_in=declined")
    expect(again.locator("body")).to_contain_text("You chose not to share. You can still look around.")
