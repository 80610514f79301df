"""Everything that reaches a browser, in a whole story over portal and sites."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL, PROJECT_CENTER
from tests.support.story_of_two_sites import story


def test_a_browser_never_gets_a_token_or_a_secret(sso: SingleSignOn, tmp_path: Path) -> None:
    secrets = story(sso, tmp_path)
    seen = [hop for hop in sso.journal.hops if hop.actor == "person"]
    everything = "\n".join(unquote(f"{hop.url} {hop.response_headers} {hop.body.decode()}") for hop in seen)
    assert "/sso/callback?code=" in everything
    kept_back = {name: value for name, value in secrets.items() if "cookie" not in name and name != "code"}
    # Who signs out brings the id_token along, as RP-Initiated Logout has it; the page itself never shows it.
    allowed = {"project id_token"}
    assert [name for name, value in kept_back.items() if value in everything and name not in allowed] == []


def test_the_code_is_in_no_page_and_leaves_with_no_referrer(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    callback = next(hop for hop in browser.hops if "/sso/callback?" in hop)
    code = parse_qs(urlsplit(callback).query)["code"][0]
    answers = [(hop, dict(hop.response_headers)) for hop in sso.journal.hops if hop.actor == "person"]
    assert not any(code in hop.body.decode() for hop, _ in answers)
    carrying = [headers for hop, headers in answers if code in hop.url or code in headers.get("Location", "")]
    assert len(carrying) == 2, "the redirect that has it, and the callback"
    for headers in carrying:
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in headers["Cache-Control"]


def test_a_sites_database_does_not_hold_the_cookie(sso: SingleSignOn, tmp_path: Path) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    cookies = {name: value for name, value in browser.cookies().items() if name.startswith("project.")}
    assert cookies
    files = [file.read_bytes() for file in tmp_path.rglob("project-center.sqlite3*")]
    assert any(b"access_token" in raw for raw in files)
    for name, value in cookies.items():
        assert not any(value.encode() in raw for raw in files), name


@pytest.mark.parametrize("planted", ["made-up", "0" * 43, "a" * 64])
def test_an_invented_session_cookie_is_nobodys_and_does_not_survive(sso: SingleSignOn, planted: str) -> None:
    http = webtest.TestApp(sso.portal_app, extra_environ={"HTTP_COOKIE": f"__Host-sso_session={planted}"})
    assert "Hello" not in http.get("/").text
    page = http.get("/o/login/?next=/healthz")
    token = page.forms[0]["csrf_token"].value
    http.extra_environ["HTTP_COOKIE"] = f"__Host-sso_session={planted}; __Host-sso_csrf={token}"
    fields = {"username": "zp", "password": "penadmin", "csrf_token": token, "next": "/healthz"}
    given = http.post("/o/login/", fields).headers["Set-Cookie"]
    assert given.startswith("__Host-sso_session=")
    assert planted not in given
    http.extra_environ["HTTP_COOKIE"] = f"__Host-sso_session={planted}"
    assert "Hello" not in http.get("/").text, "signing in made nothing of what was planted"


def page_of(browser: Browser, url: str) -> str:
    browser.open(url)
    return re.sub(r"\s+", " ", browser.text)


def test_every_page_of_the_way_has_no_inline_script_or_style(
    sso: SingleSignOn, register: Callable[..., RelyingParty]
) -> None:
    shop = register("shop", consent="explicit", first_party=False)
    browser = sso.browser()
    pages = {"sign-in": page_of(browser, shop.url())}
    browser.sign_in("zp", "wrong")
    pages["wrong password"] = browser.text
    browser.sign_in("zp", "penadmin")
    pages["consent"] = browser.text
    for name, path in {"launcher": "/", "sign-out": "/o/logout/", "again": "/o/login/?prompt=login"}.items():
        pages[name] = page_of(browser, f"{PORTAL}{path}")
    browser.open(f"{PORTAL}/o/logout/")
    browser.submit(browser.page.forms[0], "decision", "sign_out")
    pages["signed out"] = browser.text
    pages["wrong address"] = page_of(browser, shop.url(redirect_uri="https://shop.example.test/x"))
    assert "<h1>" in pages["consent"]
    for name, text in pages.items():
        assert not re.search(r"<style|\sstyle\s*=|\son\w+\s*=|javascript:", text, re.IGNORECASE), name
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), name
