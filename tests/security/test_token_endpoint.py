"""The token endpoint against everything that can be wrong; nothing is a 5xx, and nothing changes that should not."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.browser import Browser
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import VERIFIER, RelyingParty
from sso_testkit.sso import PORTAL

TOKEN = f"{PORTAL}/o/token/"


def count(sso: SingleSignOn, table: str) -> int:
    with sso.portal.database.engine.connect() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def test_a_code_buys_tokens_once_and_a_replay_takes_them_back(rp: RelyingParty, browser: Browser) -> None:
    code = rp.code(browser)
    tokens = rp.redeem(code).json
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    assert rp.userinfo(tokens["access_token"]).status_int == 200
    assert error_of(rp.redeem(code)) == "invalid_grant"
    assert rp.userinfo(tokens["access_token"]).status_int == 401
    assert error_of(rp.refresh(tokens["refresh_token"])) == "invalid_grant"


def test_a_replay_with_a_wrong_verifier_is_a_replay_too(rp: RelyingParty, browser: Browser) -> None:
    code = rp.code(browser)
    tokens = rp.redeem(code).json
    assert error_of(rp.redeem(code, code_verifier="x" * 43)) == "invalid_grant"
    assert rp.userinfo(tokens["access_token"]).status_int == 401


def test_a_code_expires_after_a_minute(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    early, late = rp.code(browser), rp.code(browser)
    sso.clock.advance(59)
    assert rp.redeem(early).status_int == 200
    sso.clock.advance(1)
    answer = rp.redeem(late)
    assert error_of(answer) == "invalid_grant"
    assert "expired" in answer.json["error_description"]


def test_a_foreign_clients_attempt_does_not_burn_a_code(
    rp: RelyingParty, register: Callable[..., RelyingParty], browser: Browser
) -> None:
    other = register("other", redirect_uris=[rp.redirect_uri])
    code = rp.code(browser)
    assert error_of(other.redeem(code)) == "invalid_grant"
    assert rp.redeem(code).status_int == 200


@pytest.mark.parametrize("spoil", [lambda code: code[:20], lambda code: code + "x", lambda _code: "nothing"])
def test_half_a_code_is_no_code(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser, spoil: Callable[[str], str]
) -> None:
    code = rp.code(browser)
    assert error_of(rp.redeem(spoil(code))) == "invalid_grant"
    assert count(sso, "tokens") == 0
    assert rp.redeem(code).status_int == 200


@pytest.mark.parametrize(
    ("verifier", "expected"),
    [
        (VERIFIER + "x", "invalid_grant"),
        ("x" * 43, "invalid_grant"),
        ("short", "invalid_grant"),
        ("é" * 43, "invalid_grant"),
        ("x" * 5000, "invalid_grant"),
        (None, "invalid_request"),
    ],
)
def test_a_wrong_verifier_gets_nothing_and_burns_nothing(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser, verifier: str | None, expected: str
) -> None:
    code = rp.code(browser)
    assert error_of(rp.redeem(code, code_verifier=verifier)) == expected
    assert count(sso, "tokens") == 0
    assert rp.redeem(code).status_int == 200


def test_a_verifier_without_a_challenge_is_a_downgrade(register: Callable[..., RelyingParty], browser: Browser) -> None:
    old = register("old", require_pkce=False)
    bare = {"code_challenge": None, "code_challenge_method": None}
    assert error_of(old.redeem(old.code(browser, **bare))) == "invalid_grant"
    assert old.redeem(old.code(browser, **bare), code_verifier=None).status_int == 200


@pytest.mark.parametrize("uri", ["https://rp.example.test/other", "", None, "https://rp.example.test/cb/"])
def test_the_redirect_uri_is_the_one_of_the_request(rp: RelyingParty, browser: Browser, uri: str | None) -> None:
    code = rp.code(browser)
    assert error_of(rp.redeem(code, redirect_uri=uri)) == "invalid_grant"
    assert rp.redeem(code).status_int == 200


def test_a_request_without_redirect_uri_is_redeemed_with_or_without(rp: RelyingParty, browser: Browser) -> None:
    assert rp.redeem(rp.code(browser, redirect_uri=None)).status_int == 200
    assert rp.redeem(rp.code(browser, redirect_uri=None), redirect_uri=None).status_int == 200
    code = rp.code(browser, redirect_uri=None)
    assert error_of(rp.redeem(code, redirect_uri="https://evil.example/")) == "invalid_grant"


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def grant(code: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": "https://rp.example.test/cb",
        "code_verifier": VERIFIER,
    }


def test_basic_and_post_both_authenticate(rp: RelyingParty, browser: Browser) -> None:
    answer = rp.http().post(TOKEN, grant(rp.code(browser)), headers=basic("rp", str(rp.secret)))
    assert answer.json["access_token"]
    assert rp.redeem(rp.code(browser)).status_int == 200


def test_basic_credentials_are_form_encoded(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    sso.add_client("odd", "p:a%s s+w&", redirect_uris=["https://rp.example.test/cb"], consent="silent")
    odd = RelyingParty(sso, "odd", None, "https://rp.example.test/cb")
    headers = basic("odd", "p%3Aa%25s+s%2Bw%26")
    assert odd.http().post(TOKEN, grant(odd.code(browser)), headers=headers).status_int == 200


@pytest.mark.parametrize(
    "header",
    [
        {},
        basic("rp", "wrong"),
        basic("rp", ""),
        basic("nobody", "x"),
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe:x").decode()},
        {"Authorization": "Basic " + base64.b64encode(b"no colon").decode()},
        {"Authorization": "Bearer abc"},
        {"Authorization": "Digest username=rp"},
    ],
)
def test_a_client_that_does_not_authenticate(rp: RelyingParty, browser: Browser, header: dict[str, str]) -> None:
    code = rp.code(browser)
    answer = rp.http().post(TOKEN, grant(code), headers=header, status="*")
    assert error_of(answer, 401) == "invalid_client"
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert rp.redeem(code).status_int == 200


def test_two_ways_of_authentication_at_once(rp: RelyingParty, browser: Browser) -> None:
    fields = {**grant(rp.code(browser)), "client_id": "rp", "client_secret": str(rp.secret)}
    answer = rp.http().post(TOKEN, fields, headers=basic("rp", str(rp.secret)), status="*")
    assert error_of(answer) == "invalid_request"
    fields = {**grant(rp.code(browser)), "client_id": "someone-else"}
    answer = rp.http().post(TOKEN, fields, headers=basic("rp", str(rp.secret)), status="*")
    assert error_of(answer) == "invalid_request"


def test_a_public_client_needs_no_secret_and_may_send_none(
    register: Callable[..., RelyingParty], browser: Browser
) -> None:
    app = register("app", token_endpoint_auth_method="none")
    assert app.secret is None
    assert app.redeem(app.code(browser)).status_int == 200
    assert error_of(app.redeem(app.code(browser), client_secret="made up"), 401) == "invalid_client"


def test_a_client_without_the_refresh_grant_gets_no_refresh_token(
    register: Callable[..., RelyingParty], browser: Browser
) -> None:
    brief = register("brief", grant_types=["authorization_code"])
    tokens = brief.redeem(brief.code(browser)).json
    assert "refresh_token" not in tokens
    assert error_of(brief.refresh("x")) == "unauthorized_client"


MALFORMED: list[tuple[str, dict[str, Any], str]] = [
    ("nothing", {"params": ""}, "invalid_request"),
    ("no grant type", {"params": "client_id=rp"}, "invalid_request"),
    ("unknown grant", {"params": "grant_type=begging&client_id=rp"}, "unsupported_grant_type"),
    ("implicit", {"params": "grant_type=implicit&client_id=rp"}, "unsupported_grant_type"),
    ("no code", {"params": "grant_type=authorization_code&client_id=rp"}, "invalid_request"),
    ("empty code", {"params": "grant_type=authorization_code&client_id=rp&code="}, "invalid_request"),
    ("doubled", {"params": "grant_type=authorization_code&code=a&code=b"}, "invalid_request"),
    ("not UTF-8", {"params": "grant_type=authorization_code&code=%FF%FE"}, "invalid_request"),
    ("NUL", {"params": "grant_type=authorization_code&code=a%00b"}, "invalid_request"),
    ("raw bytes", {"params": b"\xff\xfe\x00\x01"}, "invalid_request"),
    ("JSON", {"params": '{"grant_type": "x"}', "content_type": "application/json"}, "invalid_request"),
    ("multipart", {"params": "x", "content_type": "multipart/form-data; boundary=x"}, "invalid_request"),
    ("no type", {"params": "grant_type=x", "content_type": ""}, "invalid_request"),
    ("many fields", {"params": "&".join(f"f{number}=1" for number in range(1000))}, "invalid_request"),
    ("bad escapes", {"params": "grant_type=%zz&code=%"}, "unsupported_grant_type"),
    ("no refresh token", {"params": "grant_type=refresh_token&client_id=rp"}, "invalid_request"),
]


@pytest.mark.parametrize(("name", "request_", "expected"), MALFORMED, ids=[row[0] for row in MALFORMED])
def test_malformed_bodies(
    shared_sso: SingleSignOn, shared_rp: RelyingParty, name: str, request_: dict[str, Any], expected: str
) -> None:
    arguments = {"content_type": "application/x-www-form-urlencoded", **request_}
    assert error_of(shared_rp.http().post(TOKEN, status="*", **arguments)) == expected
    assert count(shared_sso, "tokens") == 0


def test_parameters_in_the_address_are_refused(rp: RelyingParty, browser: Browser) -> None:
    code = rp.code(browser)
    answer = rp.http().post(f"{TOKEN}?code={code}", grant(code), status="*")
    assert error_of(answer) == "invalid_request"
    assert rp.redeem(code).status_int == 200


def test_get_is_not_a_method_of_the_token_endpoint(rp: RelyingParty) -> None:
    answer = rp.http().get(TOKEN, status="*")
    assert answer.status_int == 405
    assert answer.headers["Allow"] == "POST, OPTIONS"
    assert answer.json["error"] == "invalid_request"


def test_a_megabyte_is_refused_by_its_size(rp: RelyingParty) -> None:
    answer = rp.http().post(TOKEN, f"grant_type=authorization_code&code={'x' * 1_000_000}", status="*")
    assert error_of(answer, 413) == "invalid_request"


def test_a_refresh_token_rotates_and_a_replay_ends_the_family(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser
) -> None:
    first = rp.redeem(rp.code(browser)).json
    second = rp.refresh(first["refresh_token"]).json
    assert second["refresh_token"] != first["refresh_token"]
    assert rp.userinfo(second["access_token"]).status_int == 200
    sso.clock.advance(10)
    assert error_of(rp.refresh(first["refresh_token"])) == "invalid_grant"
    assert error_of(rp.refresh(second["refresh_token"])) == "invalid_grant"
    assert rp.userinfo(second["access_token"]).status_int == 401


def test_another_clients_refresh_token_is_nothing(
    rp: RelyingParty, register: Callable[..., RelyingParty], browser: Browser
) -> None:
    other = register("other")
    tokens = rp.redeem(rp.code(browser)).json
    assert error_of(other.refresh(tokens["refresh_token"])) == "invalid_grant"
    assert rp.refresh(tokens["refresh_token"]).status_int == 200


def test_scope_can_be_narrowed_and_comes_back_but_never_widens(rp: RelyingParty, browser: Browser) -> None:
    tokens = rp.redeem(rp.code(browser, scope="openid profile")).json
    narrow = rp.refresh(tokens["refresh_token"], scope="openid").json
    assert narrow["scope"] == "openid"
    assert set(rp.userinfo(narrow["access_token"]).json) == {"sub"}
    whole = rp.refresh(narrow["refresh_token"]).json
    assert whole["scope"] == "openid profile"
    assert error_of(rp.refresh(whole["refresh_token"], scope="openid email")) == "invalid_scope"
    assert rp.refresh(whole["refresh_token"]).status_int == 200


def test_refresh_tokens_and_access_tokens_expire(
    make_sso: Callable[..., SingleSignOn],
) -> None:
    sso = make_sso({"sso.tokens.refresh_seconds": "7200", "sso.tokens.access_seconds": "600"})
    rp = RelyingParty.register(sso)
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    tokens = rp.redeem(rp.code(browser)).json
    assert tokens["expires_in"] == 600
    sso.clock.advance(601)
    assert rp.userinfo(tokens["access_token"]).status_int == 401
    tokens = rp.refresh(tokens["refresh_token"]).json
    sso.clock.advance(7201)
    answer = rp.refresh(tokens["refresh_token"])
    assert error_of(answer) == "invalid_grant"
    assert "expired" in answer.json["error_description"]


def test_a_disabled_person_refreshes_no_more(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    tokens = rp.redeem(rp.code(browser)).json
    with sso.portal.transaction() as unit:
        unit.users.set_enabled(unit.users.by_username("zp"), False)
    assert rp.userinfo(tokens["access_token"]).status_int == 401
    assert error_of(rp.refresh(tokens["refresh_token"])) == "invalid_grant"


def test_a_removed_clients_secret_opens_nothing(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    code = rp.code(browser)
    with sso.portal.transaction() as unit:
        unit.clients.remove("rp")
    assert error_of(rp.redeem(code), 401) == "invalid_client"
