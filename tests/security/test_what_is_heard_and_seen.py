"""Everything that is logged, and everything that reaches a browser, in a whole story over portal and sites."""

from __future__ import annotations

import io
import json
import logging
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
import webtest

from sso_portal.cli.logs import start_logging
from sso_testkit import Browser, SingleSignOn
from sso_testkit.sso import PORTAL, PROJECT_CENTER, TALENT_CENTER
from tests.support.relying_party import RelyingParty


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What ``sso-portal`` writes when everything is told, down to the least important line."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = list(root.handlers), root.level
    libraries = {name: logging.getLogger(name).level for name in ("oauthlib", "sqlalchemy", "waitress.queue")}
    with patch("sys.stderr", stream):
        start_logging(logging.DEBUG)
    yield stream
    # force=True has closed what was there before; only the list is put back.
    root.handlers[:], root.level = handlers, level
    for name, before in libraries.items():
        logging.getLogger(name).setLevel(before)


def stored_by(folder: Path, client_id: str) -> dict[str, str]:
    (store,) = folder.rglob(f"{client_id}.sqlite3")
    connection = sqlite3.connect(store)
    names = ("access_token", "refresh_token", "id_token")
    row = connection.execute(f"SELECT {', '.join(names)} FROM site_session").fetchone()
    connection.close()
    return dict(zip(names, row, strict=True))


def story(sso: SingleSignOn, folder: Path) -> dict[str, str]:
    """Sign in at two sites, fail once, refresh a token and sign out; answers every secret that there was."""
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "a wrong password, typed once")
    browser.sign_in("zp", "penadmin")
    project = stored_by(folder, "project-center")
    callback = next(hop for hop in browser.hops if "/sso/callback?" in hop)
    browser.open(f"{TALENT_CENTER}/mine")
    talent = stored_by(folder, "talent-center")
    secret = "the secret of talent-center in this world"
    rp = RelyingParty(sso, "talent-center", secret, f"{TALENT_CENTER}/")
    renewed = rp.refresh(talent["refresh_token"]).json
    rp.refresh(talent["refresh_token"])
    # Clients that put things where they do not belong; the portal refuses, and must not write them down either.
    rp.http().get(f"{PORTAL}/o/userinfo/?access_token={renewed['access_token']}", status=400)
    rp.http().post(f"{PORTAL}/o/token/?refresh_token={renewed['refresh_token']}", {}, status=400)
    secrets = {f"cookie {name}": value for name, value in browser.cookies().items() if len(value) > 20}
    assert len(secrets) >= 4, "session and CSRF of the portal, and a session at each site"
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.submit(next(form for form in browser.page.forms.values() if form.action.endswith("/sign-out")))
    return secrets | {
        "code": parse_qs(urlsplit(callback).query)["code"][0],
        "password": "penadmin",
        "wrong password": "a wrong password, typed once",
        "client secret": secret,
        "secret of the portal": "a secret for the in-process world only",
        **{f"project {name}": value for name, value in project.items()},
        **{f"talent {name}": value for name, value in talent.items()},
        "renewed access": renewed["access_token"],
        "renewed refresh": renewed["refresh_token"],
    }


def test_no_secret_is_in_the_log_that_is_written(sso: SingleSignOn, tmp_path: Path, log: io.StringIO) -> None:
    secrets = story(sso, tmp_path)
    said = log.getvalue()
    lines = [json.loads(line) for line in said.splitlines()]
    assert {line["trace_id"] for line in lines if line["logger"] == "sso_portal.request"} - {"-"}
    assert any(line["level"] == "debug" for line in lines)
    # The beginning is enough: a secret that was cut off is still half a secret.
    found = [name for name, value in secrets.items() if value[:16] in said or quote(value[:16]) in said]
    assert found == []


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
