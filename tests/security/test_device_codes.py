"""Device codes against everything that can be wrong; nothing is a 5xx, and nothing changes that should not."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
import segno
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.browser import Browser
from sso_testkit.clients import Device
from sso_testkit.clients.names import DEVICE_AUTHORIZATION_ENDPOINT, DEVICE_CODE, DEVICE_PAGE
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from sso_testkit.together import together

FORM = "application/x-www-form-urlencoded"
QR = f"{DEVICE_PAGE}qr.svg"
HOSTILE = ["", "x" * 5000, "%00", "%ff%fe", "<script>", "' OR 1=1 --", "%F0%9F%93%BA", "BCDF%0D%0AGHJK", "%2e%2e/"]


@pytest.fixture
def tv(sso: SingleSignOn) -> Device:
    """A television that has asked for codes."""
    device = Device(sso)
    device.ask()
    return device


def count(sso: SingleSignOn, table: str) -> int:
    with sso.portal.database.engine.connect() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


# Asking for codes ---------------------------------------------------------------------------------------------


def test_the_answer_has_what_the_specification_wants(sso: SingleSignOn) -> None:
    answer = Device(sso).ask()
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json
    code = told["user_code"]
    assert len(told["device_code"]) == 43
    assert (told["expires_in"], told["interval"]) == (600, 5)
    assert told["verification_uri"] == DEVICE_PAGE
    assert told["verification_uri_complete"] == f"{DEVICE_PAGE}?user_code={code}"
    assert told["verification_qr_uri"] == f"{QR}?user_code={code}"
    assert set(told) == {
        "device_code",
        "user_code",
        "verification_uri",
        "verification_uri_complete",
        "verification_qr_uri",
        "expires_in",
        "interval",
    }


def test_a_client_with_a_secret_may_say_who_it_is_in_the_header_alone(sso: SingleSignOn) -> None:
    device = Device(sso, token_endpoint_auth_method="client_secret_basic")
    credentials = base64.b64encode(f"tv:{device.secret}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}"}
    assert device.http.post(DEVICE_AUTHORIZATION_ENDPOINT, {"scope": "openid"}, headers=headers).json["user_code"]


@pytest.mark.parametrize(
    ("body", "content_type", "query", "code", "status"),
    [
        (b"client_id=tv", FORM, "?scope=openid", "invalid_request", 400),
        (b"client_id=tv", "text/plain", "", "invalid_request", 400),
        (b'{"client_id": "tv"}', "application/json", "", "invalid_request", 400),
        (b"client_id=tv&client_id=tv", FORM, "", "invalid_request", 400),
        (b"client_id=tv&scope=openid&scope=email", FORM, "", "invalid_request", 400),
        (b"client_id=tv&scope=%ff", FORM, "", "invalid_request", 400),
        (b"client_id=tv" + b"&a=1" * 200, FORM, "", "invalid_request", 400),
        (b"", FORM, "", "invalid_client", 401),
        (b"scope=openid", FORM, "", "invalid_client", 401),
        (b"client_id=nobody", FORM, "", "invalid_client", 401),
        (b"client_id=tv&client_secret=x", FORM, "", "invalid_client", 401),
        (b"client_id=with-secret", FORM, "", "invalid_client", 401),
        (b"client_id=with-secret&client_secret=wrong", FORM, "", "invalid_client", 401),
        (b"client_id=shop", FORM, "", "unauthorized_client", 400),
        (b"client_id=shop&grant_type=authorization_code", FORM, "", "unauthorized_client", 400),
        (b"client_id=tv&scope=all", FORM, "", "invalid_scope", 400),
        (b"client_id=tv&scope=openid+no-such-scope", FORM, "", "invalid_scope", 400),
        (b"client_id=without-scopes", FORM, "", "invalid_scope", 400),
    ],
)
def test_bad_requests_get_no_code(
    sso: SingleSignOn, body: bytes, content_type: str, query: str, code: str, status: int
) -> None:
    Device(sso)
    Device(sso, "with-secret", token_endpoint_auth_method="client_secret_post")
    Device(sso, "without-scopes", scope="")
    sso.add_client("shop", redirect_uris=["https://shop.example.test/cb"], token_endpoint_auth_method="none")
    http = webtest.TestApp(sso.world)
    answer = http.post(f"{DEVICE_AUTHORIZATION_ENDPOINT}{query}", body, content_type=content_type, status="*")
    assert error_of(answer, status) == code
    assert answer.json["error_description"]
    assert count(sso, "device_codes") == 0


def test_other_methods_and_huge_bodies_are_answered_to_a_machine(sso: SingleSignOn) -> None:
    http = webtest.TestApp(sso.world)
    assert http.get(DEVICE_AUTHORIZATION_ENDPOINT, status=405).json["error"] == "invalid_request"
    assert (
        http.post(DEVICE_AUTHORIZATION_ENDPOINT, b"a=" + b"a" * 70_000, content_type=FORM, status=413).json["error"]
        == "invalid_request"
    )


# Polling ------------------------------------------------------------------------------------------------------


def test_polling_faster_than_told_slows_down_for_good(sso: SingleSignOn, tv: Device) -> None:
    seen = []
    for pause in (0, 4, 9, 15, 15):
        sso.clock.advance(pause)
        seen.append(error_of(tv.poll()))
    assert seen == ["authorization_pending", "slow_down", "slow_down", "authorization_pending", "authorization_pending"]


@pytest.mark.parametrize("code", [None, "", "x", "x" * 5000, "\x00", "电视"])
def test_a_code_that_never_was(tv: Device, code: str | None) -> None:
    expected = "invalid_request" if not code or code == "\x00" else "invalid_grant"
    assert error_of(tv.poll(device_code=code)) == expected


def test_another_clients_code_is_not_told_apart_from_none_and_not_used_up(
    sso: SingleSignOn, tv: Device, browser: Browser
) -> None:
    browser.open(tv.codes["verification_uri_complete"])
    browser.agree()
    other = Device(sso, "other")
    refusals = [other.poll(device_code=code).json for code in (tv.codes["device_code"], "x" * 43)]
    assert refusals[0]["error"] == "invalid_grant"
    assert len({(refusal["error"], refusal["error_description"]) for refusal in refusals}) == 1
    assert tv.poll().status_int == 200


def test_a_user_code_is_no_device_code(tv: Device) -> None:
    assert error_of(tv.poll(device_code=tv.codes["user_code"])) == "invalid_grant"
    assert error_of(tv.poll(device_code=tv.codes["user_code"].replace("-", ""))) == "invalid_grant"


def test_a_client_that_lost_the_grant_gets_no_token(sso: SingleSignOn, tv: Device, browser: Browser) -> None:
    browser.open(tv.codes["verification_uri_complete"])
    browser.agree()
    sso.edit_client("tv", grant_types=["refresh_token"])
    assert error_of(tv.poll()) == "unauthorized_client"
    browser.open(tv.codes["verification_uri_complete"])
    assert "No device is waiting" in browser.text


def test_a_disabled_person_lets_nobody_in(sso: SingleSignOn, tv: Device, browser: Browser) -> None:
    browser.open(tv.codes["verification_uri_complete"])
    browser.agree()
    with sso.portal.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE users SET is_enabled = 0")
    assert error_of(tv.poll()) == "invalid_grant"
    assert count(sso, "families") == 0


def test_a_scope_in_the_poll_changes_nothing(tv: Device, browser: Browser) -> None:
    browser.open(tv.codes["verification_uri_complete"])
    browser.agree()
    assert tv.poll(scope="openid profile email all").json["scope"] == "openid profile"


def test_a_replay_takes_back_what_the_code_bought(tv: Device, browser: Browser) -> None:
    browser.open(tv.codes["verification_uri_complete"])
    browser.agree()
    tokens = tv.poll().json
    assert tv.userinfo(tokens["access_token"]).status_int == 200
    answer = tv.poll()
    assert error_of(answer) == "invalid_grant"
    assert "used before" in answer.json["error_description"]
    assert tv.userinfo(tokens["access_token"]).status_int == 401
    refresh = {"grant_type": "refresh_token", "device_code": None, "refresh_token": tokens["refresh_token"]}
    assert error_of(tv.poll(**refresh)) == "invalid_grant"


def test_a_replay_is_still_one_when_the_code_has_expired(sso: SingleSignOn, tv: Device, browser: Browser) -> None:
    browser.open(tv.codes["verification_uri_complete"])
    browser.agree()
    token = tv.poll().json["access_token"]
    sso.clock.advance(601)
    assert error_of(tv.poll()) == "invalid_grant"
    assert tv.userinfo(token).status_int == 401


def test_of_fifty_polls_at_once_one_gets_tokens(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.storage.pool_size": "30"})
    tv, browser = Device(sso), sso.browser()
    browser.open(tv.ask().json["verification_uri_complete"])
    browser.sign_in("zp", "penadmin")
    browser.agree()
    answers = together(50, lambda _number: tv.poll())
    assert sorted(answer.status_int for answer in answers) == [200] + [400] * 49
    assert {answer.json["error"] for answer in answers if answer.status_int == 400} == {"invalid_grant"}
    winner = next(answer.json for answer in answers if answer.status_int == 200)
    assert tv.userinfo(winner["access_token"]).status_int == 401
    assert (count(sso, "families"), count(sso, "tokens")) == (1, 2)


# The page -----------------------------------------------------------------------------------------------------


def forms(browser: Browser, tv: Device) -> dict[str, str]:
    browser.open(tv.codes["verification_uri_complete"])
    return dict(browser.page.forms[0].submit_fields("decision", submit_value="allow"))


@pytest.mark.parametrize("token", [None, "", "x", "é" * 10])
def test_a_forged_answer_is_asked_again(browser: Browser, tv: Device, token: str | None) -> None:
    fields = {**forms(browser, tv), "csrf_token": token}
    sent = [(name, value) for name, value in fields.items() if value is not None]
    answer = browser.request("POST", DEVICE_PAGE, sent)
    assert "had been open for a while" in answer.text
    assert error_of(tv.poll()) == "authorization_pending"


def test_an_answer_is_bound_to_the_code_that_was_shown(sso: SingleSignOn, browser: Browser, tv: Device) -> None:
    mine = forms(browser, tv)
    other = Device(sso, "attacker")
    other.ask()
    browser.request("POST", DEVICE_PAGE, list({**mine, "user_code": other.codes["user_code"]}.items()))
    assert error_of(other.poll()) == "authorization_pending"
    plain = browser.open(DEVICE_PAGE).forms[0]["csrf_token"].value
    browser.request("POST", DEVICE_PAGE, list({**mine, "csrf_token": plain}.items()))
    assert error_of(tv.poll()) == "authorization_pending"
    assert browser.request("POST", DEVICE_PAGE, list(mine.items())).status_int == 303
    assert tv.poll().status_int == 200


def test_an_answer_is_bound_to_the_session_it_was_shown_in(browser: Browser, tv: Device) -> None:
    mine = forms(browser, tv)
    browser.open(f"{PORTAL}/o/login/?prompt=select_account&account=new&next=/o/device/")
    browser.sign_in("lin", "lin-demo-password")
    assert "林晓" in browser.request("POST", DEVICE_PAGE, list(mine.items())).text
    assert error_of(tv.poll()) == "authorization_pending"


def test_anything_but_allow_declines(browser: Browser, tv: Device) -> None:
    browser.request("POST", DEVICE_PAGE, list({**forms(browser, tv), "decision": "Allow"}.items()))
    assert error_of(tv.poll()) == "access_denied"


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_or_answered_is_a_page(browser: Browser, tv: Device, text: str) -> None:
    http = browser.http
    for body in (f"user_code={text}", f"decision={text}", f"user_code={text}&user_code=x&decision=allow&scope={text}"):
        assert http.post(DEVICE_PAGE, body, status="*").status_int < 500
        assert http.get(f"{DEVICE_PAGE}?{body}", status="*").status_int < 500
    known = tv.codes["user_code"]
    assert http.post(DEVICE_PAGE, f"user_code={known}&decision={text}&csrf_token={text}", status="*").status_int < 500
    assert http.post(DEVICE_PAGE, text, content_type="application/json", status="*").status_int < 500
    assert error_of(tv.poll()) == "authorization_pending"


def test_whoever_is_not_signed_in_is_told_nothing_about_a_code(sso: SingleSignOn, tv: Device) -> None:
    http = webtest.TestApp(sso.world)
    for code in (tv.codes["user_code"], "BCDF-GHJK"):
        answer = http.get(f"{DEVICE_PAGE}?user_code={code}", status=303)
        assert answer.headers["Location"] == f"{PORTAL}/o/login/?next=/o/device/%3Fuser_code%3D{code}"
    assert count(sso, "attempts") == 0


# The picture --------------------------------------------------------------------------------------------------


def test_the_picture_shows_the_complete_address_and_may_be_shown_anywhere(sso: SingleSignOn, tv: Device) -> None:
    answer = webtest.TestApp(sso.world).get(tv.codes["verification_qr_uri"])
    assert answer.content_type == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    drawn = segno.make(tv.codes["verification_uri_complete"], error="m").svg_inline(scale=8, light="#fff")
    assert drawn[drawn.index("<path") :] in answer.text
    assert "<script" not in answer.text


def test_the_picture_tells_nothing_about_a_code(sso: SingleSignOn, tv: Device) -> None:
    http = webtest.TestApp(sso.world)
    known, unknown = (http.get(f"{QR}?user_code={code}") for code in (tv.codes["user_code"], "bcdf ghjk"))
    assert known.status_int == unknown.status_int == 200
    assert unknown.body == http.get(f"{QR}?user_code=BCDF-GHJK").body
    assert known.body != unknown.body


@pytest.mark.parametrize("text", [*HOSTILE, "BCDF-GHJ0"])
def test_the_picture_of_something_else_is_refused(sso: SingleSignOn, text: str) -> None:
    http = webtest.TestApp(sso.world)
    if text != "BCDF%0D%0AGHJK":
        assert http.get(f"{QR}?user_code={text}", status="*").status_int == 400
    assert http.get(QR, status="*").status_int == 400


# Registration -------------------------------------------------------------------------------------------------


def test_a_code_of_another_kind_is_not_taken(rp: RelyingParty, browser: Browser, tv: Device) -> None:
    assert error_of(tv.poll(device_code=rp.code(browser))) == "invalid_grant"
    answer = rp.token(grant_type=DEVICE_CODE, device_code=tv.codes["device_code"])
    assert error_of(answer) == "unauthorized_client"


def test_the_grant_is_off_unless_it_is_registered(sso: SingleSignOn) -> None:
    metadata: dict[str, Any] = webtest.TestApp(sso.world).get(f"{PORTAL}/.well-known/openid-configuration").json
    assert DEVICE_CODE in metadata["grant_types_supported"]
    assert metadata["device_authorization_endpoint"] == DEVICE_AUTHORIZATION_ENDPOINT
    sso.add_client("ordinary", redirect_uris=["https://a.example.test/cb"], token_endpoint_auth_method="none")
    answer = webtest.TestApp(sso.world).post(DEVICE_AUTHORIZATION_ENDPOINT, {"client_id": "ordinary"}, status="*")
    assert error_of(answer) == "unauthorized_client"
