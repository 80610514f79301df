"""A browser that a site sends round in a circle is stopped by the portal, not by its own limit of redirects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.bouncing_site import BouncingSite
from tests.support.served import Served
from tests.support.source import ROOT

SCREENSHOTS = ROOT / "test-results" / "screenshots"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BouncingSite]:
    """The site, and the portal that knows it."""
    bouncing, folder = BouncingSite(), tmp_path_factory.mktemp("circle")
    served = Served(folder)
    file: Path = folder / "clients.json"
    file.write_text(json.dumps([bouncing.registration]))
    served.command("client", "apply", str(file))
    served.start()
    bouncing.issuer = served.address
    yield bouncing
    served.stop()
    bouncing.stop()


@pytest.mark.parametrize(("locale", "width", "words"), [("en", 1280, "round in a circle"), ("zh-CN", 360, "原地打转")])
def test_the_circle_is_stopped(
    site: BouncingSite, visitor: Callable[..., Page], locale: str, width: int, words: str
) -> None:
    page, before = visitor(locale=locale, width=width), site.visits
    page.goto(site.address)
    page.fill("#username", "zp")
    page.fill("#password", "penadmin")
    page.press("#password", "Enter")
    expect(page.locator("h1")).to_contain_text(words)
    assert page.url.startswith(f"{site.issuer}/o/authorize/")
    assert site.visits - before <= 7
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"circle-{locale}-{width}.png", full_page=True)
    page.goto(f"{site.issuer}/")
    expect(page.locator("h1")).to_contain_text("zp")
