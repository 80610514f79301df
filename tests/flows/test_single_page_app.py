"""What the single-page app asks of the portal and of user_api, call by call, as its browser would make them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL
from tests.support.platform import SINGLE_PAGE, USER_API, Platform, add_platform

CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.fixture
def platform(sso: SingleSignOn) -> Platform:
    return add_platform(sso)


def answer_to(platform: Platform, **asked: str) -> Any:
    """Where the browser is sent once the person has agreed."""
    usual = {"client_id": "single-page", "redirect_uri": f"{SINGLE_PAGE}/", "scope": "profile people.read"}
    browser = platform.sso.browser()
    browser.open(f"{PORTAL}/o/authorize/?{urlencode({**usual, 'state': 's', 'resource': USER_API, **asked})}")
    browser.sign_in("zp")
    browser.agree("people.read")
    # The address of a page has no fragment for its server; where the browser was sent has one.
    return urlsplit(browser.hops[-1].partition(" ")[2])


def from_the_page(
    platform: Platform, method: str, address: str, form: Any = "", **headers: str
) -> webtest.TestResponse:
    """A call that a browser makes for a page of this origin: it says so, and brings no cookie."""
    sent = {"Origin": SINGLE_PAGE, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return webtest.TestApp(platform.sso.world).request(
        address,
        method=method,
        headers=sent,
        body=urlencode(form).encode() if form else b"",
        status="*",
        content_type="application/x-www-form-urlencoded" if form else None,
    )


def test_the_old_way_has_the_token_in_the_fragment(platform: Platform) -> None:
    place = answer_to(platform, response_type="token")
    given = parse_qs(place.fragment)
    assert place.query == "" and f"{place.scheme}://{place.netloc}{place.path}" == f"{SINGLE_PAGE}/"
    assert (given["token_type"], given["state"], given["iss"]) == (["Bearer"], ["s"], [PORTAL])
    assert "refresh_token" not in given
    answer = from_the_page(platform, "GET", f"{USER_API}/me", Authorization=f"Bearer {given['access_token'][0]}")
    assert (answer.status_int, answer.json["username"]) == (200, "zp")
    assert answer.headers["Access-Control-Allow-Origin"] == SINGLE_PAGE


def test_todays_way_has_a_code_that_needs_its_verifier(platform: Platform) -> None:
    place = answer_to(platform, response_type="code", code_challenge=CHALLENGE, code_challenge_method="S256")
    code = parse_qs(place.query)["code"][0]
    assert place.fragment == ""
    form = {
        "grant_type": "authorization_code",
        "client_id": "single-page",
        "redirect_uri": f"{SINGLE_PAGE}/",
        "code": code,
    }
    stolen = from_the_page(platform, "POST", f"{PORTAL}/o/token/", {**form, "code_verifier": "x" * 43})
    assert (stolen.status_int, stolen.json["error"]) == (400, "invalid_grant")
    answer = from_the_page(platform, "POST", f"{PORTAL}/o/token/", {**form, "code_verifier": VERIFIER})
    assert answer.status_int == 200, answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == SINGLE_PAGE
    assert "refresh_token" not in answer.json
    bearer = f"Bearer {answer.json['access_token']}"
    assert from_the_page(platform, "GET", f"{USER_API}/me", Authorization=bearer).json["username"] == "zp"


def test_todays_way_does_not_go_without_pkce(platform: Platform) -> None:
    browser = platform.sso.browser()
    asked = {"client_id": "single-page", "redirect_uri": f"{SINGLE_PAGE}/", "response_type": "code", "state": "s"}
    browser.open(f"{PORTAL}/o/authorize/?{urlencode(asked)}")
    assert parse_qs(urlsplit(browser.url).query)["error"] == ["invalid_request"]


def test_the_api_lets_this_page_ask_and_no_other(platform: Platform) -> None:
    asked = {"Access_Control_Request_Method": "GET", "Access_Control_Request_Headers": "authorization"}
    ours = from_the_page(platform, "OPTIONS", f"{USER_API}/me", **asked)
    assert ours.status_int == 204 and ours.headers["Access-Control-Allow-Origin"] == SINGLE_PAGE
    assert "Access-Control-Allow-Credentials" not in ours.headers
    other = from_the_page(platform, "OPTIONS", f"{USER_API}/me", Origin="https://evil.example", **asked)
    assert "Access-Control-Allow-Origin" not in other.headers


def test_a_refused_call_can_be_read_by_the_page(platform: Platform) -> None:
    answer = from_the_page(platform, "GET", f"{USER_API}/me", Authorization=f"Bearer {'x' * 43}")
    assert answer.status_int == 401
    assert answer.headers["Access-Control-Allow-Origin"] == SINGLE_PAGE
    assert "WWW-Authenticate" in answer.headers["Access-Control-Expose-Headers"]
