"""The pages that call an API for a person, in Chromium against the running demo."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.test_every_page import SCREENSHOTS, Walk
from tests.browser.test_two_sites_in_chromium import sign_in
from tests.support.demo import Demo

CREATE = {"en": "Create", "zh-CN": "创建"}


@pytest.mark.parametrize(
    ("locale", "width", "scheme"), [("en", 1280, "light"), ("en", 360, "dark"), ("zh-CN", 360, "light")]
)
def test_projects_of_ones_own_and_the_directory(
    demo: Demo, visitor: Callable[..., Page], locale: str, width: int, scheme: str
) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page = visitor(locale=locale, width=width, scheme=scheme)
    walk = Walk(page, f"{locale}-{width}-{scheme}", width)
    page.goto(f"{demo.project_center}/own")
    sign_in(page)
    page.wait_for_url(f"{demo.project_center}/own")
    walk.look("project-center-own")
    page.fill("#title", f"搬到新食堂 {locale} {scheme}")
    page.fill("#summary", "Two weeks.\n两周。")
    page.fill("#due", "2027-03-01")
    page.get_by_role("button", name=CREATE[locale], exact=True).click()
    page.wait_for_url(f"{demo.project_center}/own#project-*")
    assert page.get_by_role("heading", name=f"搬到新食堂 {locale} {scheme}").count() == 1
    walk.look("project-center-own-created")
    page.goto(f"{demo.talent_center}/colleagues")
    walk.look("talent-center-colleagues")
    page.goto(f"{demo.talent_center}/colleagues?q=nobody-of-this-name")
    walk.look("talent-center-colleagues-none")
