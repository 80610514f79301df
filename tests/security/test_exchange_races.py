"""Fifty exchanges of one token at once, also while it is revoked; and what nobody should send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.browser import Browser
from sso_testkit.clients import add_api, api_address, exchange_token, tokens_for
from sso_testkit.clients.names import ACCESS_TOKEN_TYPE, JWT_BEARER, TOKEN_EXCHANGE
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from sso_testkit.together import together

THREADS = 50


@pytest.fixture
def sso(make_sso: Callable[..., SingleSignOn]) -> SingleSignOn:
    return make_sso({"sso.storage.pool_size": "30"})


@pytest.fixture
def first(sso: SingleSignOn) -> RelyingParty:
    return add_api(sso, "first", token_exchange_to=["second"])


@pytest.fixture
def second(sso: SingleSignOn) -> RelyingParty:
    return add_api(sso, "second")


@pytest.fixture
def tokens(rp: RelyingParty, browser: Browser, first: RelyingParty) -> dict[str, Any]:
    return tokens_for(rp, browser, api_address("first"))


@pytest.mark.parametrize("form", ["opaque", "jwt"])
def test_every_exchange_is_its_own(
    sso: SingleSignOn, first: RelyingParty, second: RelyingParty, tokens: dict[str, Any], form: str
) -> None:
    sso.edit_client("second", access_token_format=form)
    answers = together(THREADS, lambda _number: exchange_token(first, tokens["access_token"]))
    assert {answer.status_int for answer in answers} == {200}
    issued = {answer.json["access_token"] for answer in answers}
    assert len(issued) == THREADS
    assert all(second.introspect(token).json["act"] == {"sub": "first"} for token in issued)


@pytest.mark.parametrize("end", ["family", "access token", "session", "everywhere"])
def test_none_outlives_what_ends_meanwhile(
    sso: SingleSignOn,
    rp: RelyingParty,
    first: RelyingParty,
    second: RelyingParty,
    tokens: dict[str, Any],
    end: str,
) -> None:
    sid = rp.claims(tokens["id_token"])["sid"]

    def act(number: int) -> str | None:
        if number != THREADS // 2:
            answer = exchange_token(first, tokens["access_token"])
            return str(answer.json["access_token"]) if answer.status_int == 200 else error_of(answer)
        if end in {"family", "access token"}:
            rp.revoke(tokens["refresh_token" if end == "family" else "access_token"])
            return None
        with sso.portal.transaction() as unit:
            if end == "session":
                unit.sign_outs.end(sid, "signed_out")
            else:
                unit.sign_outs.end_all_of(unit.users.by_username("zp"), "ended_by_administrator")
        return None

    outcomes = {outcome for outcome in together(THREADS, act) if outcome is not None}
    for token in outcomes - {"invalid_request"}:
        assert second.introspect(token).json == {"active": False}
    assert error_of(exchange_token(first, tokens["access_token"])) == "invalid_request"


HOSTILE = (
    {"subject_token": "\x00"},
    {"subject_token": "é" * 2000},
    {"subject_token": "a.b.c"},
    {"subject_token": "." * 20_000},
    {"subject_token_type": "\n"},
    {"subject_token_type": "é"},
    {"requested_token_type": "[]"},
    {"actor_token": "{}", "actor_token_type": "[]"},
    {"resource": "https://[::1"},
    {"resource": "https://first.example.test/v1?" + "x" * 10_000},
    {"resource": ["second"] * 60},
    {"resource": [f"https://a.test/{number}" for number in range(60)]},
    {"resource": ["second", ""]},
    {"audience": ["second"] * 40 + ["first"]},
    {"audience": "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")},
    {"scope": "openid openid"},
    {"scope": '"'},
)


@pytest.mark.parametrize("fields", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_exchanges(
    first: RelyingParty, second: RelyingParty, tokens: dict[str, Any], fields: dict[str, Any]
) -> None:
    answer = exchange_token(first, tokens["access_token"], **fields)
    assert answer.status_int in {200, 400}, answer.text
    if answer.status_int == 400:
        assert error_of(answer) in {"invalid_request", "invalid_target", "invalid_scope"}
        description = answer.json["error_description"]
        assert all(" " <= letter <= "~" and letter not in '"\\' for letter in description), description
    else:
        assert second.introspect(answer.json["access_token"]).json["aud"] == ["second"]


@pytest.mark.parametrize("name", ["grant_type", "subject_token", "subject_token_type", "scope", "requested_token_type"])
def test_only_resource_and_audience_may_be_repeated(
    first: RelyingParty, second: RelyingParty, tokens: dict[str, Any], name: str
) -> None:
    form = {
        "subject_token": tokens["access_token"],
        "subject_token_type": ACCESS_TOKEN_TYPE,
        "grant_type": TOKEN_EXCHANGE,
    }
    form |= {
        "client_id": "first",
        "client_secret": first.secret,
        "scope": "openid",
        "requested_token_type": ACCESS_TOKEN_TYPE,
    }
    doubled = [*form.items(), ("resource", api_address("second")), ("resource", "second"), ("audience", "second")]
    http = first.http()
    assert http.post(f"{PORTAL}/o/token/", doubled, status="*").status_int == 200
    assert error_of(http.post(f"{PORTAL}/o/token/", [*doubled, (name, form[name])], status="*")) == "invalid_request"
    broken = "&".join(f"{key}={value}" for key, value in form.items()) + "&resource=second&resource=%FF"
    content = {"content_type": "application/x-www-form-urlencoded", "status": "*"}
    assert error_of(http.post(f"{PORTAL}/o/token/", broken, **content)) == "invalid_request"


@pytest.mark.parametrize("grant", [TOKEN_EXCHANGE, JWT_BEARER])
def test_a_megabyte(first: RelyingParty, tokens: dict[str, Any], grant: str) -> None:
    answer = first.token(grant_type=grant, subject_token="x" * 1_000_000, assertion="x" * 1_000_000)
    assert answer.status_int == 413


def test_resources_that_nobody_should_send_to_the_authorization_endpoint(
    rp: RelyingParty, browser: Browser, first: RelyingParty
) -> None:
    for query in (
        "resource=%FF",
        "resource=first&resource=%FF",
        "resource=first&resource=%00",
        "&".join(["resource=https://a.test/"] * 60),
        "&".join(f"resource=https://a.test/{number}" for number in range(60)),
        "resource=" + "x" * 5000,
        "resource=https://%5B::1",
        "resource=%0d%0aSet-Cookie:x",
    ):
        browser.open(f"{rp.url()}&{query}")
        assert rp.answer(browser)["error"] in {"invalid_target", "invalid_request"}, query
    browser.open(f"{rp.url()}&resource=&resource=first&resource=first")
    told = first.introspect(rp.redeem(rp.answer(browser)["code"]).json["access_token"]).json
    assert told["aud"] == ["first"]
