"""Where secrets are, and where they are not."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
import webob
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.relying_party import VERIFIER, RelyingParty
from sso_testkit.sso import PORTAL, PROJECT_CENTER


@pytest.fixture
def everything_said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("oauthlib").setLevel(logging.WARNING)
    return caplog


def story(sso: SingleSignOn, rp: RelyingParty) -> dict[str, str]:
    """A whole sign-in and refresh; answers every secret that was in it."""
    browser = sso.browser()
    browser.open(rp.url())
    browser.sign_in("zp", "penadmin")
    code = rp.answer(browser)["code"]
    tokens = rp.redeem(code).json
    renewed = rp.refresh(tokens["refresh_token"]).json
    rp.userinfo(renewed["access_token"])
    rp.redeem(code)
    cookies = browser.cookies()
    return {
        "password": "penadmin",
        "code": code,
        "access token": tokens["access_token"],
        "refresh token": tokens["refresh_token"],
        "new access token": renewed["access_token"],
        "new refresh token": renewed["refresh_token"],
        "id_token": tokens["id_token"],
        "client secret": str(rp.secret),
        "verifier": VERIFIER,
        "session cookie": cookies["portal.example.test __Host-sso_session"],
        "CSRF cookie": cookies["portal.example.test __Host-sso_csrf"],
    }


def test_no_secret_is_logged(sso: SingleSignOn, rp: RelyingParty, everything_said: pytest.LogCaptureFixture) -> None:
    secrets = story(sso, rp)
    said = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in everything_said.records)
    assert "sso_portal.request" in said
    leaked = [name for name, value in secrets.items() if value in said]
    assert not leaked


def test_no_secret_is_stored_in_clear(sso: SingleSignOn, rp: RelyingParty) -> None:
    secrets = story(sso, rp)
    with sso.portal.database.engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'").scalars().all()
        rows = [connection.exec_driver_sql(f'SELECT * FROM "{table}"').all() for table in tables]
    dump = repr(rows)
    assert "'zp'" in dump
    leaked = [name for name, value in secrets.items() if value in dump and name != "CSRF cookie"]
    assert not leaked


def test_private_keys_are_encrypted_at_rest(sso: SingleSignOn) -> None:
    with sso.portal.transaction() as unit:
        private = [key.private["d"] for key in unit.keys.published()]
    with sso.portal.database.engine.connect() as connection:
        stored = repr(connection.exec_driver_sql("SELECT * FROM keys").all())
    assert len(private) == 6
    assert not any(part in stored for part in private)
    jwks = webtest.TestApp(sso.world).get(f"{PORTAL}/o/jwks/").json["keys"]
    assert {key["alg"] for key in jwks} == {"ES256", "RS256", "PS256", "EdDSA", "RSA-OAEP-256", "ECDH-ES"}
    assert not any({"d", "p", "q", "dp", "dq", "qi"} & set(key) for key in jwks)


def test_cookies_under_https(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/?next=/healthz")
    page = browser.page
    form = page.forms[0]
    form["username"], form["password"] = "zp", "penadmin"
    answer = browser.request("POST", f"{PORTAL}/o/login/", form.submit_fields())
    for header in [*page.headers.getall("Set-Cookie"), *answer.headers.getall("Set-Cookie")]:
        assert header.startswith("__Host-sso_")
        attributes = {part.strip().lower() for part in header.split(";")[1:]}
        # One is read by the script of a frame on other sites' pages; it proves nothing.
        in_frames = header.startswith("__Host-sso_browser_state=")
        assert {"path=/", "secure", *(["samesite=none"] if in_frames else ["httponly", "samesite=lax"])} <= attributes
        assert not any(attribute.startswith("domain") for attribute in attributes)


def test_cookies_under_plain_http_on_this_machine(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.web.issuer": "http://localhost:9000"})
    header = webtest.TestApp(sso.portal_app).get("/o/login/").headers["Set-Cookie"]
    assert header.startswith("sso_csrf=")
    assert "secure" not in header.lower()
    assert "httponly" in header.lower()


def test_a_planted_session_cookie_is_replaced_at_sign_in(sso: SingleSignOn) -> None:
    attacker, victim = sso.browser(), sso.browser()
    attacker.open(f"{PORTAL}/o/login/")
    attacker.sign_in("lin", "lin-demo-password")
    planted = attacker.cookies()["portal.example.test __Host-sso_session"]
    for cookie in attacker.jar:
        victim.jar.set_cookie(cookie)
    victim.open(f"{PORTAL}/o/login/?prompt=select_account")
    victim.click("Use another account")
    victim.sign_in("zp", "penadmin")
    assert victim.cookies()["portal.example.test __Host-sso_session"] != planted
    assert "张鹏" not in attacker.open(f"{PORTAL}/").text


@pytest.mark.parametrize(
    "cookie",
    ["garbage", "", "x" * 10_000, "é", "a=b; c", '"quoted', "\x01\x02", "%00", "; ; ;", "=;=;", '"\\377"', "\xff\xfe"],
)
def test_cookies_full_of_garbage(shared_sso: SingleSignOn, cookie: str) -> None:
    names = ("session", "accounts", "accounts_kept", "browser_state", "csrf", "locale", "theme")
    header = "; ".join(f"__Host-sso_{name}={cookie}" for name in names)
    environ = {"HTTP_COOKIE": header, "HTTP_HOST": "portal.example.test", "wsgi.url_scheme": "https"}
    http = webtest.TestApp(shared_sso.portal_app, extra_environ=environ)
    for path in ("/", "/o/login/", "/o/logout/", "/o/authorize/?client_id=project-center", "/o/userinfo/"):
        assert http.get(path, status="*").status_int < 500
    assert http.post("/o/login/", {"username": "zp", "password": "penadmin"}, status="*").status_int < 500


@pytest.mark.parametrize("odd", ['other="\\377"', "other=\xff\xfe", '__Host-sso_theme="\\303"'])
def test_one_cookie_that_nobody_can_read_hides_no_other(shared_sso: SingleSignOn, odd: str) -> None:
    browser = shared_sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.jar)
    for header in (f"{odd}; {cookies}", f"{cookies}; {odd}"):
        answer = webtest.TestApp(shared_sso.world, lint=False).get(f"{PORTAL}/", headers={"Cookie": header})
        assert "张鹏" in answer.text


def test_a_foreign_form_signs_nobody_in(sso: SingleSignOn) -> None:
    browser = sso.browser()
    fields = [("username", "zp"), ("password", "penadmin"), ("csrf_token", "")]
    browser.request("POST", f"{PORTAL}/o/login/", fields)
    browser.request("POST", f"{PORTAL}/o/login/", [*fields[:2], ("csrf_token", "made up")])
    assert not any("sso_session" in name for name in browser.cookies())


PAGES = ["/", "/o/login/", "/o/logout/", "/nothing", "/o/authorize/", "/o/authorize/?client_id=nobody"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_is_guarded_by_headers(shared_sso: SingleSignOn, path: str, language: str) -> None:
    answer = shared_sso.browser(language).request("GET", PORTAL + path, None)
    policy = answer.headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", answer.text)
    assert not re.search(r"(src|href)=\"(https?:)?//(?!portal\.example\.test)", answer.text)


def test_static_files_may_be_kept_for_ever_under_their_own_address(sso: SingleSignOn) -> None:
    http = webtest.TestApp(sso.world)
    page = http.get(f"{PORTAL}/")
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    assert len(addresses) >= 4
    for address in addresses:
        answer = http.get(PORTAL + address)
        assert "immutable" in answer.headers["Cache-Control"]
    assert http.get(f"{PORTAL}/static/x/no-such-file", status="*").status_int == 404
    assert http.get(f"{PORTAL}/static/x/..%2f..%2f__init__.py", status="*").status_int == 404


def test_forwarded_addresses_count_from_trusted_proxies_only(make_sso: Callable[..., SingleSignOn]) -> None:
    rules = {"sso.sign_in.address_free_failures": "2", "sso.sign_in.address_lock_failures": "3"}

    def statuses(sso: SingleSignOn) -> list[int]:
        found = []
        for number in range(5):
            environ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": f"198.51.100.{number}"}
            http = webtest.TestApp(sso.portal_app, extra_environ={"HTTP_COOKIE": "__Host-sso_csrf=t", **environ})
            form = {"username": f"n{number}", "password": "x", "csrf_token": "t"}
            found.append(http.post("/o/login/", form, status="*").status_int)
        return found

    assert statuses(make_sso(rules)) == [200, 200, 200, 429, 429]
    assert statuses(make_sso({**rules, "sso.web.trusted_proxies": "10.0.0.1"})) == [200] * 5


def test_an_unknown_user_costs_the_same_hashing(sso: SingleSignOn) -> None:
    hasher = sso.portal.secret_hasher
    checked: list[bool] = []
    original = hasher.matches

    def counting(secret: str, stored: str | None) -> bool:
        checked.append(stored is None)
        return bool(original(secret, stored))

    hasher.matches = counting
    for name in ("zp", "nobody"):
        browser = sso.browser()
        browser.open(f"{PORTAL}/o/login/")
        browser.sign_in(name, "wrong")
    assert checked == [False, True]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/%FF%FE", None),
        ("GET", "/o/login/?next=%FF%FE", None),
        ("GET", "/o/login/?%FF=1&next=/&next=/x", None),
        ("POST", "/o/login/", b"username=%FF%FE&password=%FF"),
        ("POST", "/o/login/", b"\xff\xfe\x00"),
        ("POST", "/o/logout/", b"decision=%FF&decision=x"),
        ("POST", "/o/authorize/", b"decision=allow"),
        ("POST", "/o/authorize/?client_id=%FF", b"\x00\xff=\xff"),
        ("GET", "/preferences?locale=xx&theme=%FF&next=%00", None),
        ("GET", "/?q=%FF%FE%00", None),
        ("PUT", "/o/token/", b""),
        ("DELETE", "/o/login/", None),
        ("PATCH", "/", b"x"),
        ("OPTIONS", "/o/token/", None),
        ("GET", "/o/userinfo/?access_token=%FF", None),
        ("GET", "/static/%00/portal.css", None),
        ("GET", f"/o/login/?next={quote('/o/authorize/?client_id=%FF&redirect_uri=http://[', safe='')}", None),
        ("GET", "/o/login/?next=//[", None),
    ],
)
def test_bytes_that_nobody_means_are_no_server_error(
    shared_sso: SingleSignOn, method: str, path: str, body: bytes | None
) -> None:
    request = webob.Request.blank(path, method=method, body=body or b"")
    request.content_type = "application/x-www-form-urlencoded"
    answer = request.get_response(shared_sso.portal_app)
    assert answer.status_int < 500, answer.text[:500]


def test_a_sites_answers_hold_no_token(sso: SingleSignOn, tmp_path: Path) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    seen = browser.text + json.dumps(browser.cookies())
    stored = "".join(
        file.read_bytes().decode("latin-1") for file in tmp_path.rglob("project-center.sqlite3*") if file.is_file()
    )
    tokens = set(re.findall(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", stored))
    assert tokens
    assert not any(token in seen for token in tokens)
