"""Chromium, driven by Playwright, against a running demo world."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.demo import Demo, start_demo

ARGUMENTS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def find_chromium() -> str:
    """The browser on this machine. Fails the tests when there is none; `make test` installs one."""
    for name in (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name) if name else None
        if path:
            return path
    raise RuntimeError("there is no Chromium; run scripts/ensure_chromium.sh")


def arguments() -> list[str]:
    """How it is started."""
    return [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser process for all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo world for all tests; each test that changes a client changes it back."""
    world = start_demo(tmp_path_factory.mktemp("demo"))
    yield world
    world.stop()


@pytest.fixture
def preferring(chromium: Browser, tmp_path: Path) -> Iterator[Callable[[dict[str, Any]], BrowserContext]]:
    """Starts one whose owner has preferences, in Chromium's own words."""
    contexts: list[BrowserContext] = []

    def start(preferences: dict[str, Any]) -> BrowserContext:
        profile = tmp_path / f"profile{len(contexts)}"
        (profile / "Default").mkdir(parents=True)
        (profile / "Default" / "Preferences").write_text(json.dumps({"profile": preferences}))
        launch = chromium.browser_type.launch_persistent_context
        contexts.append(launch(profile, executable_path=find_chromium(), args=arguments()))
        return contexts[-1]

    yield start
    for context in contexts:
        context.close()


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens fresh browsers: ``visitor(locale="zh-CN", width=360, scheme="dark", script=False)``."""
    contexts: list[BrowserContext] = []

    def open_one(*, locale: str = "en", width: int = 1280, scheme: Any = "light", script: bool = True) -> Page:
        context = chromium.new_context(
            locale=locale,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=script,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
