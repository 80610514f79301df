"""The grants that need no browser: a client for itself, and the company's own app with a person's password."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL


@pytest.fixture
def app(register: Callable[..., RelyingParty]) -> RelyingParty:
    """The company's own app."""
    return register("app", grant_types=["password", "refresh_token"], response_types=[], scope="openid profile all")


@pytest.fixture
def job(register: Callable[..., RelyingParty]) -> RelyingParty:
    """A nightly job."""
    return register("job", grant_types=["client_credentials"], response_types=[], scope="openid profile all reports")


def sign_in(app: RelyingParty, username: str = "zp", password: str = "penadmin", **more: str):
    return app.token(grant_type="password", username=username, password=password, **more)


def test_an_app_signs_a_person_in_and_refreshes(app: RelyingParty) -> None:
    tokens = sign_in(app).json
    assert tokens["scope"] == "openid profile all"
    assert app.userinfo(tokens["access_token"]).json["preferred_username"] == "zp"
    again = app.refresh(tokens["refresh_token"]).json
    assert app.userinfo(again["access_token"]).status_int == 200


def test_a_scope_may_be_asked_for_within_what_is_registered(app: RelyingParty) -> None:
    assert sign_in(app, scope="all").json["scope"] == "all"
    assert error_of(sign_in(app, scope="all email")) == "invalid_scope"


def test_wrong_names_and_passwords_look_alike_and_count_as_on_the_sign_in_page(
    sso: SingleSignOn, app: RelyingParty
) -> None:
    wrong, unknown = sign_in(app, password="wrong"), sign_in(app, username="nobody")
    assert (error_of(wrong), error_of(unknown)) == ("invalid_grant", "invalid_grant")
    assert wrong.json["error_description"] == unknown.json["error_description"]
    for _ in range(3):
        sign_in(app, password="wrong")
    refused = sign_in(app)
    assert error_of(refused) == "invalid_grant"
    assert "too many tries" in refused.json["error_description"]
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    assert browser.page.status_int == 429, "the page and the app count together"
    sso.clock.advance(60)
    assert sign_in(app).status_int == 200


def test_a_client_that_is_not_registered_for_it_learns_nothing_about_passwords(
    sso: SingleSignOn, rp: RelyingParty
) -> None:
    for password in ("penadmin", "wrong"):
        answer = sign_in(rp, password=password)
        assert error_of(answer) == "unauthorized_client"
    app = RelyingParty.register(sso, "late", grant_types=["password"], response_types=[])
    assert sign_in(app).status_int == 200, "nothing was counted"


@pytest.mark.parametrize("missing", ["username", "password"])
def test_a_password_request_without_the_half_of_it(app: RelyingParty, missing: str) -> None:
    fields = {"username": "zp", "password": "penadmin"} | {missing: ""}
    assert error_of(app.token(grant_type="password", **fields)) == "invalid_request"


def test_a_disabled_person_gets_nothing_and_loses_what_she_had(sso: SingleSignOn, app: RelyingParty) -> None:
    tokens = sign_in(app).json
    with sso.portal.transaction() as unit:
        unit.users.set_enabled(unit.users.by_username("zp"), False)
    assert error_of(sign_in(app)) == "invalid_grant"
    assert error_of(app.refresh(tokens["refresh_token"])) == "invalid_grant"
    assert app.userinfo(tokens["access_token"]).status_int == 401


def test_a_job_gets_a_token_of_its_own_that_says_nothing_about_anybody(job: RelyingParty) -> None:
    tokens = job.token(grant_type="client_credentials").json
    assert tokens["scope"] == "all reports", "what is about a person is left out"
    assert "refresh_token" not in tokens
    assert "id_token" not in tokens
    assert job.userinfo(tokens["access_token"]).status_int == 403
    told = job.introspect(tokens["access_token"]).json
    assert (told["active"], told["client_id"], "sub" in told, "username" in told) == (True, "job", False, False)


@pytest.mark.parametrize("scope", ["openid", "profile all", "other"])
def test_a_job_may_not_ask_for_what_is_about_a_person(job: RelyingParty, scope: str) -> None:
    assert error_of(job.token(grant_type="client_credentials", scope=scope)) == "invalid_scope"


def test_a_job_with_no_scope_at_all_gets_a_token_without(register: Callable[..., RelyingParty]) -> None:
    job = register("bare", grant_types=["client_credentials"], response_types=[], scope="openid profile")
    tokens = job.token(grant_type="client_credentials").json
    assert tokens.get("scope", "") == ""
    assert job.introspect(tokens["access_token"]).json["active"] is True


def test_two_tabs_that_refresh_at_once_both_go_on(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    first = rp.redeem(rp.code(browser)).json["refresh_token"]
    one = rp.refresh(first).json
    sso.clock.advance(9)
    other = rp.refresh(first).json
    assert other["refresh_token"] == one["refresh_token"]
    assert other["access_token"] != one["access_token"]
    for tokens in (one, other):
        assert rp.userinfo(tokens["access_token"]).status_int == 200
    third = rp.refresh(one["refresh_token"]).json
    sso.clock.advance(1)
    assert rp.refresh(first).json["error"] == "invalid_grant", "the time of grace is over"
    assert rp.refresh(third["refresh_token"]).json["error"] == "invalid_grant", "and that was a replay"


def test_a_client_whose_answer_was_lost_is_told_the_newest_token(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser
) -> None:
    first = rp.redeem(rp.code(browser)).json["refresh_token"]
    second = rp.refresh(first).json["refresh_token"]
    third = rp.refresh(second).json["refresh_token"]
    assert rp.refresh(first).json["refresh_token"] == third
    sso.clock.advance(3600)
    assert rp.refresh(third).status_int == 200


def test_without_grace_every_second_use_is_a_replay(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.tokens.refresh_grace_seconds": "0"})
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    rp = RelyingParty.register(sso)
    first = rp.redeem(rp.code(browser)).json["refresh_token"]
    second = rp.refresh(first).json["refresh_token"]
    assert error_of(rp.refresh(first)) == "invalid_grant"
    assert error_of(rp.refresh(second)) == "invalid_grant"


def test_offline_access_survives_signing_out_and_nothing_else_does(
    register: Callable[..., RelyingParty], sso: SingleSignOn, browser: Browser
) -> None:
    site = register("calendar", scope="openid offline_access")
    offline = site.redeem(site.code(browser, scope="openid offline_access")).json
    online = site.redeem(site.code(browser, scope="openid")).json
    browser.open(f"{PORTAL}/o/logout/")
    browser.submit(browser.page.forms[0], "decision", "sign_out")
    assert error_of(site.refresh(online["refresh_token"])) == "invalid_grant"
    later = site.refresh(offline["refresh_token"]).json
    assert site.userinfo(later["access_token"]).status_int == 200
    with sso.portal.transaction() as unit:
        unit.sign_outs.end_all_of(unit.users.by_username("zp"), "ended_by_administrator")
    assert error_of(site.refresh(later["refresh_token"])) == "invalid_grant", "signing out everywhere means everywhere"
