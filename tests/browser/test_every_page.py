"""Every page, in both languages, wide and narrow, light and dark: accessible, without overflow, without console noise.

Screenshots are written to test-results/screenshots to be looked at.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

from sso_testkit.clients.names import DEVICE_CODE
from tests.browser.test_two_sites_in_chromium import sign_in
from tests.support.demo import Demo

SCREENSHOTS = Path("test-results") / "screenshots"
PORTAL_REQUEST = "/o/authorize/?response_type=code&client_id=1"
LONG = "Algebra" + "-and-what-follows-from-it" * 2
DETAILS = [
    {
        "type": "payment",
        "instructedAmount": {"amount": "1200.50", "currency": "CNY"},
        "creditorName": "北京中关村书店",
        "creditorAccount": "DE02100100109307118603",
        "purpose": "books",
    },
    {"type": "course_record", "course": LONG, "since": "2026-09-01", "actions": ["list", "read"]},
]


class Walk:
    """A visitor that looks closely at every page it comes to."""

    def __init__(self, page: Page, name: str, width: int) -> None:
        self.page, self.name, self.width = page, name, width
        self.noise: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.noise.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        # The status of an error page is told on the console; that is no fault of the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.noise.append(message.text)

    def look(self, what: str) -> None:
        self.page.wait_for_load_state()
        self.page.screenshot(path=SCREENSHOTS / f"{what}-{self.name}.png", full_page=True)
        found = Axe().run(self.page).response["violations"]
        faults = [(fault["id"], [node["html"][:200] for node in fault["nodes"]]) for fault in found]
        assert not faults, f"{what}: {faults}"
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, f"{what} is too wide"
        assert self.page.locator("h1").count() == 1, f"{what} has not one h1"
        assert not self.noise, f"{what}: {self.noise}"


@pytest.fixture(scope="module", autouse=True)
def folder() -> Iterator[None]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    yield


@pytest.fixture(scope="module")
def closed_site(demo: Demo) -> str:
    """The page about a site behind a proxy that stays closed."""
    address = "https://wiki.example.test"
    added = ["client", "add", "--client-id", "wiki", "--name", "Wiki", "--public"]
    rules = json.dumps({"address": address})
    demo.command(*added, "--redirect-uri", f"{address}/.sso/callback", "--set", f"forward_auth={rules}")
    time.sleep(1.2)
    return f"{demo.portal}/o/site_refused/?client_id=wiki&because="


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_every_page_of_the_portal(
    demo: Demo, closed_site: str, visitor: Callable[..., Page], locale: str, width: int, scheme: str
) -> None:
    page = visitor(locale=locale, width=width, scheme=scheme)
    walk = Walk(page, f"{locale}-{width}-{scheme}", width)
    page.goto(demo.portal)
    walk.look("portal-home")
    page.goto(demo.portal + PORTAL_REQUEST)
    walk.look("portal-sign-in")
    sign_in(page, f"nobody-{walk.name}", "wrong")
    page.wait_for_selector("[role=alert]")
    walk.look("portal-sign-in-wrong")
    page.goto(demo.portal + PORTAL_REQUEST)
    page.locator("a[href^='/account/create']").click()
    page.wait_for_selector("#email")
    walk.look("portal-create-account")
    page.evaluate("document.querySelector('form').noValidate = true")
    page.fill("#username", "two words")
    page.locator("button[type=submit]").click()
    page.wait_for_selector(".wrong")
    walk.look("portal-create-account-wrong")
    page.goto(f"{demo.portal}{PORTAL_REQUEST}&redirect_uri=http%3A%2F%2Fwww.baidu.com%2F")
    page.locator("details summary").click()
    walk.look("portal-error-redirect")
    page.goto(f"{demo.portal}/o/authorize/?response_type=code&client_id=nobody")
    walk.look("portal-error-client")
    page.goto(f"{demo.portal}/no-such-page")
    walk.look("portal-error-404")
    for because in ("excluded", "declined", "failed"):
        page.goto(closed_site + because)
        walk.look(f"portal-site-{because}")
    page.goto(demo.portal + PORTAL_REQUEST)
    sign_in(page)
    page.wait_for_selector("button[name=decision]")
    walk.look("portal-consent")
    page.goto(f"{demo.portal}{PORTAL_REQUEST}&{urlencode({'authorization_details': json.dumps(DETAILS)})}")
    page.wait_for_selector("section.exactly")
    walk.look("portal-consent-details")
    page.goto(demo.portal)
    walk.look("portal-launcher")
    page.locator("header summary").click()
    walk.look("portal-launcher-menu")
    page.goto(f"{demo.project_center}/mine")
    page.goto(f"{demo.portal}/account/devices")
    page.locator(".told form").first.wait_for()
    if page.locator("main > .details summary").count():
        page.locator("main > .details summary").click()
    walk.look("portal-devices")
    page.locator("header summary").click()
    walk.look("portal-devices-menu")
    page.keyboard.press("Escape")
    if page.locator(".lead a").count():
        page.locator(".lead a").click()
        walk.look("portal-devices-others")
        page.goto(f"{demo.portal}/account/devices")
    # The site itself is somewhere in the internet.
    page.route("http://www.baidu.com/**", lambda route: route.fulfill(body="let in"))
    page.goto(demo.portal + PORTAL_REQUEST)
    page.locator("button[value=allow]").click()
    page.wait_for_url("http://www.baidu.com/**")
    page.goto(f"{demo.portal}/account/sites")
    walk.look("portal-sites")
    page.locator("a[href$='remove=1']").click()
    walk.look("portal-sites-remove")
    page.locator("button[type=submit]").click()
    page.locator(".note").wait_for()
    walk.look("portal-sites-removed")
    page.goto(f"{demo.portal}/account/devices")
    page.locator(".told button").first.click()
    page.locator(".note a").click()
    walk.look("portal-signed-out-there")
    page.goto(f"{demo.portal}/account/create?next=/")
    walk.look("portal-create-account-signed-in")
    page.goto(f"{demo.portal}{PORTAL_REQUEST}&prompt=login")
    walk.look("portal-confirm-it-is-you")
    page.goto(f"{demo.portal}/o/logout/?client_id=project-center")
    walk.look("portal-sign-out")
    page.goto(f"{demo.portal}/o/login/?prompt=select_account&account=new&next=/")
    sign_in(page, "lin", "lin-demo-password")
    page.wait_for_selector("header summary")
    page.locator("header summary").click()
    walk.look("portal-launcher-menu-of-two")
    page.goto(f"{demo.portal}{PORTAL_REQUEST}&prompt=select_account")
    walk.look("portal-choose-account")
    page.goto(f"{demo.portal}/o/logout/?client_id=project-center")
    walk.look("portal-sign-out-of-two")
    page.locator("button[value=sign_out_all]").click()
    walk.look("portal-signed-out")


@pytest.fixture(scope="module")
def television(demo: Demo) -> Callable[[], str]:
    """A television: each call asks for codes and answers the address that its QR code leads to."""
    grant = ("--grant-type", DEVICE_CODE)
    demo.command("client", "add", "--public", "--name", "Living Room TV", "--client-id", "television", *grant)
    time.sleep(1.2)

    def ask() -> str:
        answer = requests.post(f"{demo.portal}/o/device_authorization/", {"client_id": "television"}, timeout=10)
        return str(answer.json()["verification_uri_complete"])

    return ask


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_every_page_of_a_device(
    demo: Demo, visitor: Callable[..., Page], television: Callable[[], str], locale: str, width: int, scheme: str
) -> None:
    page = visitor(locale=locale, width=width, scheme=scheme)
    walk = Walk(page, f"{locale}-{width}-{scheme}", width)
    page.goto(f"{demo.portal}/o/device/")
    walk.look("device-code")
    page.fill("#user_code", "nothing")
    page.press("#user_code", "Enter")
    page.wait_for_selector("[role=alert]")
    walk.look("device-code-wrong")
    page.fill("#user_code", television().partition("=")[2].lower())
    page.press("#user_code", "Enter")
    page.wait_for_selector("#password")
    sign_in(page)
    page.wait_for_selector("button[name=decision]")
    walk.look("device-consent")
    page.locator("button[value=allow]").click()
    page.wait_for_selector("section.center")
    walk.look("device-allowed")
    page.goto(television())
    page.locator("button[value=deny]").click()
    page.wait_for_selector("section.center")
    walk.look("device-declined")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_every_page_of_the_sites(
    demo: Demo, visitor: Callable[..., Page], locale: str, width: int, scheme: str
) -> None:
    page = visitor(locale=locale, width=width, scheme=scheme)
    walk = Walk(page, f"{locale}-{width}-{scheme}", width)
    sites = {"project-center": demo.project_center, "talent-center": demo.talent_center}
    for name, address in sites.items():
        page.goto(address)
        walk.look(f"{name}-home")
        page.goto(f"{address}/no-such-page")
        walk.look(f"{name}-404")
        page.goto(f"{address}/sso/callback?state=unknown&code=x")
        walk.look(f"{name}-callback-problem")
    page.goto(f"{demo.project_center}/mine")
    sign_in(page)
    page.wait_for_url(f"{demo.project_center}/mine")
    for name, address in sites.items():
        page.goto(f"{address}/mine")
        walk.look(f"{name}-mine")
        for summary in page.locator("summary").all():
            summary.click()
        walk.look(f"{name}-mine-open")
        page.goto(f"{address}/?sign_in=declined")
        walk.look(f"{name}-declined")
    page.goto(f"{demo.project_center}/projects/PC-104")
    walk.look("project-center-project")
    page.goto(f"{demo.talent_center}/people/lin")
    walk.look("talent-center-person")
