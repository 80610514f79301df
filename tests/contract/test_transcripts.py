"""The transcripts of the user system's API description, sent byte for byte."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import webob

from sso_portal.cli.demo_people import REFERENCE_CLIENT
from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL


@pytest.fixture
def reference(sso: SingleSignOn) -> SingleSignOn:
    """The demo world's client 1 with the secret 1."""
    sso.add_client("1", "1", **REFERENCE_CLIENT)
    return sso


def post(sso: SingleSignOn, body: bytes, path: str = "/o/token/") -> webob.Response:
    """What the document sends: a request line, a host, a content type and a body."""
    head = f"POST {path} HTTP/1.0\r\nHost: localhost:9000\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    raw = head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
    return webob.Request.from_bytes(raw).get_response(sso.portal_app)


def test_the_authorization_code_transcript(reference: SingleSignOn) -> None:
    http = reference.browser()
    # 1. not signed in: to the login page
    answer = http.request("GET", f"{PORTAL}/o/authorize/?response_type=code&client_id=1", None)
    expected = "/o/login/?next=/o/authorize/%3Fresponse_type%3Dcode%26client_id%3D1"
    assert answer.headers["Location"] == PORTAL + expected
    # 2. after signing in: back at the authorization endpoint, which asks whether to agree
    http.open(answer.headers["Location"])
    http.sign_in("zp", "penadmin")
    assert http.url == f"{PORTAL}/o/authorize/?response_type=code&client_id=1"
    # 3. agreed: to the registered redirect URI with the code
    form = next(form for form in http.page.forms.values() if "decision" in form.fields)
    fields = form.submit_fields("decision", submit_value="allow")
    answer = http.request("POST", PORTAL + form.action, fields)
    location = answer.headers["Location"]
    assert location.startswith("http://www.baidu.com?")
    code = parse_qs(urlsplit(location).query)["code"][0]
    # 4. the code buys a token
    body = (
        b"client_id=1&client_secret=1&grant_type=authorization_code&code="
        + code.encode()
        + b"&redirect_uri=http%3A%2F%2Fwww.baidu.com"
    )
    token = post(reference, body)
    assert token.status_int == 200
    assert token.json["expires_in"] == 3600
    assert token.json["token_type"] == "Bearer"
    for name in ("access_token", "refresh_token"):
        assert re.fullmatch(r"[A-Za-z0-9]{30,}", token.json[name])


def test_the_refresh_transcript(reference: SingleSignOn) -> None:
    browser = reference.browser()
    browser.open(f"{PORTAL}/o/authorize/?response_type=code&client_id=1")
    browser.sign_in("zp", "penadmin")
    form = next(form for form in browser.page.forms.values() if "decision" in form.fields)
    answer = browser.request("POST", PORTAL + form.action, form.submit_fields("decision", submit_value="allow"))
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    first = post(reference, f"client_id=1&client_secret=1&grant_type=authorization_code&code={code}".encode()).json
    body = "client_id=1&client_secret=1&grant_type=refresh_token&refresh_token=" + first["refresh_token"]
    token = post(reference, body.encode())
    assert token.status_int == 200
    assert set(token.json) >= {"access_token", "expires_in", "token_type", "refresh_token"}
    assert token.json["refresh_token"] != first["refresh_token"]


@pytest.mark.parametrize("path", ["/o/token", "/o/token/"])
def test_a_posted_request_is_answered_with_and_without_the_last_slash(reference: SingleSignOn, path: str) -> None:
    answer = post(reference, b"client_id=1&client_secret=1&grant_type=authorization_code&code=x", path)
    assert answer.status_int == 400
    assert answer.json["error"] == "invalid_grant"


PATHS = {
    "/": 200,
    "/o/authorize/": 400,
    "/o/login/": 200,
    "/o/logout/": 200,
    "/o/userinfo/": 401,
    "/o/jwks/": 200,
    "/.well-known/openid-configuration": 200,
    "/.well-known/oauth-authorization-server": 200,
    "/healthz": 200,
    "/readyz": 200,
}


@pytest.mark.parametrize(("path", "status"), PATHS.items())
def test_every_path_answers_directly(sso: SingleSignOn, path: str, status: int) -> None:
    browser = sso.browser()
    assert browser.request("GET", PORTAL + path, None).status_int == status
    if path.startswith("/o/"):
        assert browser.request("GET", PORTAL + path.rstrip("/"), None).status_int == status
