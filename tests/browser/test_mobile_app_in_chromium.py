"""The mobile app as its command, against the demo: three ways, each step as it is told, with a real browser beside."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_every_page import SCREENSHOTS, Walk
from tests.browser.test_single_page_in_chromium import agree
from tests.browser.test_two_sites_in_chromium import sign_in
from tests.support.demo import Demo

_SECONDS = 60


@dataclass
class App:
    """``python -m demo_sites.mobile_app`` under way; ``lines`` is what it has told so far."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    listener: threading.Thread | None = None

    def listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self.lines.append(line.rstrip("\n"))

    def wait_for(self, pattern: str) -> str:
        """The first line in which a pattern is found, once it is there."""
        for _ in range(_SECONDS * 20):
            for line in list(self.lines):
                if re.search(pattern, line):
                    return line
            time.sleep(0.05)
        raise AssertionError(f"{pattern!r} was not told: {self.lines}")

    def end(self) -> tuple[int, str]:
        """Its exit status and what it has complained of."""
        status = self.process.wait(timeout=_SECONDS)
        assert self.listener is not None and self.process.stderr is not None
        self.listener.join(_SECONDS)
        return status, self.process.stderr.read()


@pytest.fixture
def start(demo: Demo) -> Iterator[Callable[..., App]]:
    """Starts the app with the demo's addresses."""
    apps: list[App] = []

    def run(*arguments: str, typed: str = "", portal: str = "", api: str = "") -> App:
        places = ["--portal", portal or demo.portal, "--user-api", api or demo.user_api]
        process = subprocess.Popen(
            [sys.executable, "-m", "demo_sites.mobile_app", *arguments, *places],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"},
        )
        app = App(process)
        apps.append(app)
        assert process.stdin is not None
        with process.stdin as stdin:
            stdin.write(typed)
        app.listener = threading.Thread(target=app.listen, daemon=True)
        app.listener.start()
        return app

    yield run
    for app in apps:
        app.process.kill()
        app.process.wait()
        assert app.listener is not None and app.process.stderr is not None
        app.listener.join(_SECONDS)
        app.process.stderr.close()


def told_in_order(app: App, *patterns: str) -> None:
    """Each pattern is found in a line after the one before it."""
    rest = iter(app.lines)
    for pattern in patterns:
        assert any(re.search(pattern, line) for line in rest), f"{pattern!r} is missing in {app.lines}"


TOKENS = r"→ 200\. access_token=\(\d+ characters\), refresh_token=\(\d+ characters\), scope=.*good for \d+ seconds"
AFTERWARDS = (
    r"→ 200\. It is 张鹏 \(zp\)\.",
    r"The app renews it without asking anybody: grant_type=refresh_token, refresh_token=\(\d+ characters\)",
    TOKENS,
    r"asks the API once more",
    r"→ 200\. It is 张鹏 \(zp\)\.",
    r"Sign out",
    r"→ 200, 200\.",
)


def test_the_password_way(demo: Demo, start: Callable[..., App]) -> None:
    app = start("password", "--username", "zp", "--password-stdin", typed="penadmin\n")
    assert app.end() == (0, "")
    told_in_order(
        app,
        f"1. The app asks {demo.user_api}/me, without a token",
        r"→ 401, .*Bearer realm=.*resource_metadata=",
        rf"→ {demo.portal}, the portal that this app was built for",
        r"3\. .*grant_type=password, client_id=mobile-app, username=zp, password=•••$",
        TOKENS,
        *AFTERWARDS,
    )
    assert not [line for line in app.lines if "penadmin" in line]


def test_the_browser_way(demo: Demo, start: Callable[..., App], visitor: Callable[..., Page]) -> None:
    app = start("browser", "--print-url")
    address = app.wait_for(r"^http://localhost:\d+/o/authorize/\?")
    page = visitor()
    walk = Walk(page, "en-1280", 1280)
    page.goto(address)
    sign_in(page)
    agree(page)
    page.wait_for_url("http://127.0.0.1:*/callback*")
    code = parse_qs(urlsplit(page.url).query)["code"][0]
    assert app.end() == (0, "")
    expect(page.locator("h1")).to_have_text("You can close this page")
    expect(page.locator("h2")).to_have_text("可以关闭此页面了")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    walk.look("mobile-app-answered")
    told_in_order(
        app,
        r"→ 401, ",
        r"listens at http://127\.0\.0\.1:\d+/callback",
        r"→ The browser came back with state and iss as they should be, and code=\(\d+ characters\)",
        r"grant_type=authorization_code, code=\(\d+ characters\), code_verifier=\(43 characters\)",
        TOKENS,
        *AFTERWARDS,
        r"stays signed in at the portal",
    )
    assert not [line for line in app.lines if code in line]
    # The port was there for one answer.
    port = urlsplit(page.url).netloc
    answer = page.goto(f"{demo.portal}/healthz")
    assert answer is not None and answer.ok
    with pytest.raises(Exception, match="ERR_CONNECTION_REFUSED"):
        page.goto(f"http://{port}/callback")


def test_the_device_way(demo: Demo, start: Callable[..., App], visitor: Callable[..., Page]) -> None:
    app = start("device")
    code = app.wait_for(r"^ {5}[A-Z]{4}-[A-Z]{4}$").strip()
    page = visitor()
    page.goto(f"{demo.portal}/o/device/")
    page.fill("[name=user_code]", code)
    page.press("[name=user_code]", "Enter")
    sign_in(page)
    for box in page.locator("input[name=scope]").all():
        box.check()
    page.locator('button[name="decision"][value="allow"]').click()
    assert app.end() == (0, "")
    told_in_order(
        app,
        r"→ 401, ",
        r"→ 200\. device_code=\(\d+ characters\), and a short code",
        "[▀▄█]{10}",
        f"^ {{5}}{demo.portal}/o/device/$",
        r"polls the token endpoint every 5 seconds",
        TOKENS,
        *AFTERWARDS,
    )


def test_ctrl_c_ends_it_in_one_line(start: Callable[..., App]) -> None:
    app = start("browser", "--print-url")
    app.wait_for(r"/o/authorize/\?")
    app.process.send_signal(signal.SIGINT)
    assert app.end() == (130, "\nmobile_app: stopped\n")


def test_nobody_there_is_one_line(start: Callable[..., App]) -> None:
    away = start("device", api="http://localhost:9")
    assert away.end() == (1, "mobile_app: The API at http://localhost:9 does not answer. Is it running?\n")
    wrong = start("sms")
    status, said = wrong.end()
    assert status == 2 and "invalid choice: 'sms'" in said
