"""oidc-client-ts: a page on another origin that signs people in, renews, and asks the portal by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.served import Served
from tests.support.single_page import SinglePage


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, SinglePage]]:
    """Two such pages and the portal that knows them: one without refresh tokens, one with."""
    both = [SinglePage("frames", "authorization_code"), SinglePage("tokens", "authorization_code", "refresh_token")]
    folder = tmp_path_factory.mktemp("pages")
    served = Served(folder)
    file = folder / "pages.json"
    file.write_text(json.dumps([page.registration for page in both]))
    served.command("client", "apply", str(file))
    served.start()
    for page in both:
        page.issuer = served.address
    yield {page.client_id: page for page in both}
    served.stop()
    for page in both:
        page.stop()


def do(page: Page, name: str, outcome: str = "done") -> dict[str, Any] | None:
    """Press a button, wait for what comes of it, and answer the user as the library has it."""
    page.click(f"[data-do={name}]")
    expect(page.locator("#done")).to_have_text(f"{name}: {outcome}")
    return user(page)


def user(page: Page) -> dict[str, Any] | None:
    """The signed-in user as the library has it."""
    return json.loads(page.locator("#user").inner_text())


def sign_in(page: Page, site: SinglePage) -> dict[str, Any]:
    """Open the page and sign in from there, at the portal if it asks."""
    page.goto(site.address)
    page.click("[data-do=signIn]")
    page.wait_for_url(f"{site.issuer}/o/login/**")
    page.fill("#username", "zp")
    page.fill("#password", "penadmin")
    page.press("#password", "Enter")
    page.wait_for_url(f"{site.address}/callback?**")
    expect(page.locator("#done")).to_have_text("/callback: done")
    found = user(page)
    assert found is not None
    return found


def test_a_page_signs_a_person_in_and_reads_who_she_is(
    pages: dict[str, SinglePage], visitor: Callable[..., Page]
) -> None:
    page, site = visitor(), pages["frames"]
    asked: list[str] = []
    page.on("requestfinished", lambda request: asked.append(f"{request.method} {request.url}"))
    found = sign_in(page, site)
    assert "refresh_token" not in found
    assert f"GET {site.issuer}/o/userinfo/" in asked
    assert (found["profile"]["preferred_username"], found["profile"]["email"]) == ("zp", "zp@example.test")


def test_a_page_without_refresh_token_renews_in_a_frame(
    pages: dict[str, SinglePage], visitor: Callable[..., Page]
) -> None:
    page, site = visitor(), pages["frames"]
    found = sign_in(page, site)
    seen: list[str] = []
    page.on("framenavigated", lambda frame: seen.append(frame.url))
    fresh = do(page, "renew")
    assert fresh is not None
    assert fresh["access_token"] != found["access_token"]
    assert fresh["profile"]["sub"] == found["profile"]["sub"]
    assert f"{site.address}/silent" in {address.partition("?")[0] for address in seen}
    assert not [address for address in seen if address.startswith(f"{site.issuer}/o/login/")]

    page.click("[data-do=signOut]")
    page.wait_for_url(f"{site.address}/signed-out")
    expect(page.locator("#done")).to_have_text("/signed-out: done")
    assert user(page) is None
    assert do(page, "renew", "login_required") is None


def test_a_page_with_a_refresh_token_renews_by_it_and_gives_it_back(
    pages: dict[str, SinglePage], visitor: Callable[..., Page]
) -> None:
    page, site = visitor(), pages["tokens"]
    found = sign_in(page, site)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    fresh = do(page, "renew")
    assert fresh is not None
    assert fresh["refresh_token"] != found["refresh_token"]
    assert f"POST {site.issuer}/o/token/" in asked
    assert not [address for address in asked if "/o/authorize/" in address]

    do(page, "revoke")
    revoked = [address for address in asked if address == f"POST {site.issuer}/o/revoke/"]
    assert len(revoked) == 2


def test_a_page_notices_that_she_has_signed_out_elsewhere(
    pages: dict[str, SinglePage], visitor: Callable[..., Page]
) -> None:
    page, site = visitor(), pages["frames"]
    found = sign_in(page, site)
    assert found["session_state"]
    expect(page.locator("#frame")).to_have_text("unchanged")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == [], "it asks the frame, not the portal"

    other = page.context.new_page()
    other.goto(f"{site.issuer}/o/login/?prompt=login&next=/healthz")
    other.fill("#password", "penadmin")
    other.press("#password", "Enter")
    other.wait_for_url(f"{site.issuer}/healthz")
    page.wait_for_timeout(1500)
    assert asked == [], "who proves herself again stays who she is"
    expect(page.locator("#frame")).to_have_text("unchanged")

    other.goto(f"{site.issuer}/o/logout/")
    other.click("button[value=sign_out]")
    expect(page.locator("#event")).to_have_text("userSignedOut")
    assert "login_required" in next(address for address in asked if address.startswith(f"{site.address}/silent"))


def test_a_page_hears_of_a_new_session_of_the_same_person(
    pages: dict[str, SinglePage], visitor: Callable[..., Page]
) -> None:
    page, site = visitor(), pages["frames"]
    sign_in(page, site)
    expect(page.locator("#frame")).to_have_text("unchanged")
    # The browser has lost its cookies, and she signs in again at another site.
    page.context.clear_cookies(name="sso_session")
    other = page.context.new_page()
    other.goto(f"{site.issuer}/o/login/?next=/healthz")
    other.fill("#username", "zp")
    other.fill("#password", "penadmin")
    other.press("#password", "Enter")
    other.wait_for_url(f"{site.issuer}/healthz")
    expect(page.locator("#event")).to_have_text("userSessionChanged")
    expect(page.locator("#frame")).to_have_text("unchanged")


def test_a_page_of_another_origin_cannot_read_what_the_portal_answers(
    pages: dict[str, SinglePage], visitor: Callable[..., Page]
) -> None:
    page, site = visitor(), pages["frames"]
    sign_in(page, site)
    stranger = SinglePage("unregistered")
    try:
        page.goto(stranger.address)
        fetched = """address => fetch(address, {method: "POST", body: new URLSearchParams({grant_type: "none"})})
            .then(answer => answer.status, error => error.name)"""
        assert page.evaluate(fetched, f"{site.issuer}/o/token/") == "TypeError"
        page.goto(site.address)
        assert page.evaluate(fetched, f"{site.issuer}/o/token/") in {400, 401}
    finally:
        stranger.stop()
