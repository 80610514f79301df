"""Signing out everywhere, in a real browser: two sites and a partner's, one of them down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_every_page import SCREENSHOTS, Walk
from tests.support.demo import Demo, start_demo
from tests.support.sites import SiteProcess, take_over, third_site


@pytest.fixture
def own_demo(tmp_path: Path) -> Iterator[Demo]:
    """A world whose sites may be stopped."""
    world = start_demo(tmp_path / "demo")
    yield world
    world.stop()


@pytest.fixture
def partner(own_demo: Demo) -> Iterator[SiteProcess]:
    """The partner's site."""
    site = third_site(own_demo)
    site.start()
    yield site
    site.stop()


@pytest.fixture
def talent_center(own_demo: Demo) -> Iterator[SiteProcess]:
    """The talent center, stopped."""
    site = take_over(own_demo, "talent_center", "talent-center", own_demo.base_port + 2)
    site.start()
    yield site
    site.stop()


def enter_all(page: Page, demo: Demo, partner: SiteProcess) -> None:
    """Sign in once and use the three sites."""
    page.goto(f"{demo.project_center}/mine")
    page.fill("#username", "zp")
    page.fill("#password", "penadmin")
    page.press("#password", "Enter")
    page.wait_for_url(f"{demo.project_center}/mine")
    page.goto(f"{demo.talent_center}/mine")
    expect(page.locator("body")).to_contain_text("zp")
    page.goto(f"{partner.address}/mine")
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"{partner.address}/mine")


def sign_out_at(page: Page, address: str) -> None:
    """Sign out in the menu of a site."""
    page.goto(f"{address}/mine")
    page.locator("header summary").first.click()
    page.locator("form[action*='sign-out'] button").first.click()
    expect(page.locator("h1")).to_have_text("You are signed out.")


def state_of(page: Page, name: str) -> str:
    """What the receipt says of a site."""
    return page.locator(".told li", has_text=name).locator(".state").inner_text().strip()


def test_one_click_signs_out_of_all_sites_and_says_so(
    own_demo: Demo, partner: SiteProcess, visitor: Callable[..., Page]
) -> None:
    page = visitor()
    enter_all(page, own_demo, partner)
    sign_out_at(page, own_demo.project_center)
    for name in ("Project Center", "Talent Center", "Third Site"):
        assert state_of(page, name) == "Signed out"
    page.get_by_role("link", name="Back to Project Center").click()
    page.wait_for_url(f"{own_demo.project_center}/")
    for address in (own_demo.project_center, own_demo.talent_center, partner.address):
        page.goto(f"{address}/mine")
        assert page.url.startswith(f"{own_demo.portal}/o/login/"), address


def test_a_site_that_was_down_is_signed_out_before_its_first_page(
    own_demo: Demo, partner: SiteProcess, talent_center: SiteProcess, visitor: Callable[..., Page]
) -> None:
    page = visitor(script=False)
    enter_all(page, own_demo, partner)
    talent_center.stop()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    sign_out_at(page, own_demo.project_center)
    assert state_of(page, "Talent Center") == "Will be signed out as soon as it answers"
    assert state_of(page, "Third Site") == "Signed out"
    # Whoever has its number may read it: here with script, so that it can be looked at closely.
    for locale, width, scheme in (("zh-CN", 360, "dark"), ("en", 1280, "light"), ("zh-CN", 1280, "light")):
        reader = visitor(locale=locale, width=width, scheme=scheme)
        reader.goto(page.url)
        Walk(reader, f"{locale}-{width}-{scheme}", width).look("portal-receipt")
    talent_center.start()
    other = page.context.new_page()
    other.goto(f"{talent_center.address}/mine")
    assert other.url.startswith(f"{own_demo.portal}/o/login/"), "it believed a session that was over"
    # The page looks again by itself, without script.
    expect(page.locator(".told li", has_text="Talent Center").locator(".state")).to_have_text(
        "Signed out", timeout=30_000
    )
