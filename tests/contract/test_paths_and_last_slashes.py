"""Every path answers with and without its last slash, directly: a redirected POST would be lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL


@pytest.fixture(params=["/", ""], ids=["slash", "no slash"])
def slash(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def browser(sso: SingleSignOn) -> Browser:
    return sso.browser()


def signed_in(browser: Browser) -> Browser:
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    return browser


def test_signing_in(browser: Browser, slash: str) -> None:
    browser.open(f"{PORTAL}/o/login{slash}?next=/healthz")
    assert len(browser.hops) == 1
    form = browser.page.forms[0]
    form["username"], form["password"] = "zp", "penadmin"
    answer = browser.request("POST", f"{PORTAL}/o/login{slash}", form.submit_fields())
    assert answer.headers["Location"] == f"{PORTAL}/healthz"


def test_signing_out(browser: Browser, slash: str) -> None:
    signed_in(browser).open(f"{PORTAL}/o/logout{slash}")
    fields = browser.page.forms[0].submit_fields("decision", submit_value="sign_out")
    answer = browser.request("POST", f"{PORTAL}/o/logout{slash}", fields)
    assert any("sso_session=;" in cookie for cookie in answer.headers.getall("Set-Cookie"))


def test_agreeing(browser: Browser, register: Callable[..., RelyingParty], slash: str) -> None:
    shop = register("shop", consent="explicit")
    url = shop.url().replace("/o/authorize/?", f"/o/authorize{slash}?")
    signed_in(browser).open(url)
    assert browser.url == url
    browser.agree()
    assert "code" in shop.answer(browser)


def test_being_sent_to_sign_in_and_back(browser: Browser, rp: RelyingParty, slash: str) -> None:
    browser.open(rp.url().replace("/o/authorize/?", f"/o/authorize{slash}?"))
    assert browser.url.startswith(f"{PORTAL}/o/login/?next=/o/authorize{slash}%3F")
    browser.sign_in("zp", "penadmin")
    assert "code" in rp.answer(browser)


@pytest.mark.parametrize("method", ["get", "post"])
def test_tokens_and_userinfo(browser: Browser, rp: RelyingParty, slash: str, method: str) -> None:
    signed_in(browser)
    fields = {
        "grant_type": "authorization_code",
        "code": rp.code(browser),
        "redirect_uri": rp.redirect_uri,
        "code_verifier": "a-verifier-of-more-than-forty-three-characters-in-all",
        "client_id": rp.client_id,
        "client_secret": str(rp.secret),
    }
    http = rp.http()
    token = http.post(f"{PORTAL}/o/token{slash}", fields).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = getattr(http, method)(f"{PORTAL}/o/userinfo{slash}", headers=headers)
    assert answer.json["preferred_username"] == "zp"
    assert answer.headers["Cache-Control"] == "no-store"


def test_public_keys(sso: SingleSignOn, slash: str) -> None:
    assert len(webtest.TestApp(sso.world).get(f"{PORTAL}/o/jwks{slash}").json["keys"]) == 6


ALLOWED = {
    "/": "GET, HEAD",
    "/o/authorize/": "GET, HEAD, POST",
    "/o/token/": "POST, OPTIONS",
    "/o/login/": "GET, HEAD, POST",
    "/o/logout/": "GET, HEAD, POST",
    "/o/check_session/": "GET, HEAD",
    "/o/logout/receipt/{number}/": "GET, HEAD",
    "/o/session_activity/": "POST",
    "/o/userinfo/": "GET, HEAD, POST, OPTIONS",
    "/o/par/": "POST, OPTIONS",
    "/o/device_authorization/": "POST",
    "/o/device/": "GET, HEAD, POST",
    "/o/device/qr.svg": "GET, HEAD",
    "/o/forward_auth/": "GET, HEAD",
    "/o/forward_auth/start/": "GET, HEAD",
    "/o/forward_auth/callback/": "GET, HEAD",
    "/o/forward_auth/sign-out/": "GET, HEAD, POST",
    "/o/site_refused/": "GET, HEAD",
    "/account/devices": "GET, HEAD, POST",
    "/account/sites": "GET, HEAD, POST",
    "/o/jwks/": "GET, HEAD",
    "/.well-known/openid-configuration": "GET, HEAD",
    "/.well-known/oauth-authorization-server": "GET, HEAD",
    "/healthz": "GET, HEAD",
    "/readyz": "GET, HEAD",
}


def test_each_path_names_its_methods(sso: SingleSignOn) -> None:
    http = webtest.TestApp(sso.world)
    for path, methods in ALLOWED.items():
        for spelled in {path, path.rstrip("/") if path.startswith("/o/") else path}:
            answer = http.request(PORTAL + spelled, method="PUT", status="*")
            assert (answer.status_int, answer.headers["Allow"]) == (405, methods), spelled


def test_paths_that_are_promised_for_later_are_not_there_by_halves(sso: SingleSignOn) -> None:
    http = webtest.TestApp(sso.world)
    document = http.get(f"{PORTAL}/.well-known/openid-configuration").json
    for path in ("introspect", "revoke", "par", "register", "device_authorization", "check_session"):
        status = http.get(f"{PORTAL}/o/{path}/", status="*").status_int
        told = any(str(value).rstrip("/").endswith(f"/o/{path}") for value in document.values())
        assert told is (status != 404), path


def test_health(sso: SingleSignOn) -> None:
    http = webtest.TestApp(sso.world)
    assert http.get(f"{PORTAL}/healthz").json == {"status": "alive"}
    assert http.get(f"{PORTAL}/readyz").json["checks"] == {"database": True, "migrations": True, "keys": True}
    with sso.portal.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
    answer = http.get(f"{PORTAL}/readyz", status=503)
    assert answer.json["status"] == "not ready"
    assert answer.json["checks"]["migrations"] is False
    assert http.get(f"{PORTAL}/healthz").json == {"status": "alive"}
