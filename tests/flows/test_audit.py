"""The audit log tells the day: who came in, by which door, what she let sites have, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import Device
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL, PROJECT_CENTER, TALENT_CENTER

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
Register = Callable[..., RelyingParty]
Told = Callable[[], list[tuple[str, str | None, str | None]]]


@pytest.fixture
def told(sso: SingleSignOn, request: pytest.FixtureRequest) -> Told:
    """What has been written since the last look: what, who, which client."""
    if "browser" in request.fixturenames:
        request.getfixturevalue("browser")
    seen = [len(sso.effects.audit_events)]

    def look() -> list[tuple[str, str | None, str | None]]:
        events = sso.effects.audit_events[seen[0] :]
        seen[0] += len(events)
        return [(event.what, event.username, event.client_id) for event in events]

    return look


def test_a_day_of_one_person(sso: SingleSignOn, told: Told) -> None:
    browser = sso.browser()
    browser.user_agent, browser.address = FIREFOX, "192.0.2.7"
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "not her password")
    assert told() == [("sign_in_failed", "zp", None)]
    failed = sso.effects.audit_events.last
    assert (failed.address, failed.user_agent, failed.actor) == ("192.0.2.7", FIREFOX, "web")
    assert failed.details == {"reason": "password_wrong"}
    browser.sign_in("zp", "penadmin", remember_me=True)
    assert told() == [("signed_in", "zp", None), ("site_entered", "zp", "project-center")]
    signed_in, entered = sso.effects.audit_events[-2:]
    assert signed_in.details == {"amr": "pwd", "remembered": True, "again": False}
    assert "openid" in entered.details["scopes"]
    assert signed_in.sid == entered.sid is not None
    browser.open(f"{TALENT_CENTER}/mine")
    assert told() == [("site_entered", "zp", "talent-center")]
    browser.open(f"{PORTAL}/o/logout/")
    browser.sign_out()
    assert told() == [("signed_out", "zp", None)]
    assert sso.effects.audit_events.last.details["sites"] == ["project-center", "talent-center"]
    assert sso.effects.audit_events.last.at == sso.clock.now()


def test_what_happens_with_every_click_is_not_written(
    sso: SingleSignOn, browser: Browser, rp: RelyingParty, register: Register, told: Told
) -> None:
    job = register("job", grant_types=["client_credentials"], response_types=[], scope="openid profile all")
    browser.open(rp.url())
    tokens = rp.redeem(rp.answer(browser)["code"])
    told()
    for _ in range(2):
        sso.clock.advance(60)
        browser.open(rp.url(prompt="none"))
        tokens = rp.redeem(rp.answer(browser)["code"])
        tokens = rp.refresh(tokens.json["refresh_token"])
        assert rp.userinfo(tokens.json["access_token"]).status_int == 200
        assert job.token(grant_type="client_credentials").status_int == 200
    assert told() == []


def test_a_name_that_nobody_has_is_not_repeated(sso: SingleSignOn, told: Told) -> None:
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("her-password-in-the-wrong-field", "x")
    assert told() == [("sign_in_failed", None, None)]
    event = sso.effects.audit_events.last
    assert event.details == {"reason": "name_unknown"}
    assert "her-password" not in repr(event)


def test_a_lock_is_told_once_and_not_every_try_that_it_keeps_out(make_sso: Any) -> None:
    sso = make_sso({"sso.sign_in.account_free_failures": "2", "sso.sign_in.account_lock_failures": "3"})
    for _ in range(6):
        browser = sso.browser()
        browser.open(f"{PORTAL}/o/login/")
        browser.sign_in("zp", "wrong password")
    events = sso.effects.audit_events
    assert len(events.of(what="sign_in_failed", username="zp")) == 3
    assert events.of(what="account_locked", username="zp").only().details == {"until": sso.clock.now() + 900}


def test_what_she_answers_sites(sso: SingleSignOn, browser: Browser, register: Register, told: Told) -> None:
    shop = register("shop", consent="explicit")
    assert told() == [("client_added", None, "shop")]
    browser.open(shop.url())
    browser.refuse()
    assert told() == [("consent_refused", "zp", "shop")]
    browser.open(shop.url())
    browser.agree()
    assert told() == [("consent_given", "zp", "shop"), ("site_entered", "zp", "shop")]
    given = sso.effects.audit_events.of(what="consent_given").only()
    assert given.details == {"scopes": ["openid", "profile"], "declined": ["email"]}


def test_a_device_is_let_in(sso: SingleSignOn, browser: Browser, told: Told) -> None:
    tv = Device(sso, "tv")
    for answer in (browser.agree, browser.refuse):
        browser.open(tv.ask().json["verification_uri_complete"])
        answer()
    entered, let_in, refused = ("site_entered", "device_let_in", "device_refused")
    assert told() == [("client_added", None, "tv"), *((what, "zp", "tv") for what in (entered, let_in, refused))]


@pytest.mark.parametrize("kind", ["code", "refresh_token"])
def test_a_replay_is_told_once(sso: SingleSignOn, browser: Browser, rp: RelyingParty, told: Told, kind: str) -> None:
    browser.open(rp.url())
    code = rp.answer(browser)["code"]
    tokens = rp.redeem(code)
    rp.refresh(tokens.json["refresh_token"])
    sso.clock.advance(3_000)
    told()
    for _ in range(3):
        assert (rp.redeem(code) if kind == "code" else rp.refresh(tokens.json["refresh_token"])).status_int == 400
    assert told() == [(f"{kind}_replayed", "zp", "rp")]


def test_tokens_given_back(browser: Browser, rp: RelyingParty, told: Told) -> None:
    browser.open(rp.url())
    tokens = rp.redeem(rp.answer(browser)["code"])
    told()
    assert rp.revoke(tokens.json["refresh_token"]).status_int == 200
    assert told() == [("tokens_given_back", "zp", "rp")]


def test_a_client_that_does_not_prove_itself_is_told_once_an_hour(
    sso: SingleSignOn, rp: RelyingParty, told: Told
) -> None:
    told()
    rp.secret = "not its secret"
    for _ in range(3):
        assert rp.redeem("no code").status_int == 401
    assert told() == [("client_refused", None, "rp")]
    assert sso.effects.audit_events.last.trace_id in [refusal.trace_id for refusal in sso.effects.refusals]
    sso.clock.advance(3_601)
    rp.redeem("no code")
    assert told() == [("client_refused", None, "rp")]


def test_an_app_that_was_given_a_password(sso: SingleSignOn, register: Register, told: Told) -> None:
    app = register("app", grant_types=["password"], response_types=[])
    app.token(grant_type="password", username="zp", password="wrong password")
    app.token(grant_type="password", username="zp", password="penadmin")
    assert told() == [("client_added", None, "app"), ("sign_in_failed", "zp", "app"), ("signed_in", "zp", "app")]


def test_a_disabled_account_and_time_end_sessions(sso: SingleSignOn, browser: Browser, told: Told) -> None:
    with sso.portal.transaction() as unit:
        zp = unit.users.by_username("zp")
        unit.users.set_enabled(zp, False)
        unit.sign_outs.end_all_of(zp, "account_disabled")
    assert told() == [("account_disabled", "zp", None), ("session_ended", "zp", None)]
    again = sso.browser()
    again.open(f"{PORTAL}/o/login/")
    again.sign_in("zp", "penadmin")
    assert sso.effects.audit_events.last.details == {"reason": "account_disabled"}
    again.sign_in("lin", "lin-demo-password")
    told()
    sso.clock.advance(30 * 86_400)
    assert sso.portal.end_expired_sessions() == 1
    assert told() == [("session_ended", "lin", None)]
    ended = sso.effects.audit_events.last
    assert (ended.actor, ended.details, ended.address) == ("portal", {"because": "expired"}, "")


def test_signing_out_elsewhere_and_of_one_site(sso: SingleSignOn, browser: Browser, told: Told) -> None:
    browser.open(f"{PROJECT_CENTER}/mine")
    told()
    browser.open(f"{PORTAL}/account/devices")
    sid = sso.effects.audit_events.of(what="signed_in").last.sid
    fields = {"end": "site", "client_id": "project-center", "sid": str(sid)}
    form = next(form for form in browser.page.forms.values() if form.fields.get("client_id"))
    assert {name: form[name].value for name in fields} == fields
    form.submit()
    assert told() == [("site_ended", "zp", "project-center")]


def test_a_newcomer_creates_her_account(make_sso: Any) -> None:
    sso = make_sso({"sso.sign_up.enabled": "true"})
    browser = sso.browser()
    browser.open(f"{PORTAL}/account/create")
    for label, text in {"User name": "wang", "Name": "Wang", "E-mail": "wang@example.test"}.items():
        browser.fill(label, text)
    browser.fill("Password", "a good password")
    browser.press("Create the account")
    added, signed_in = sso.effects.audit_events[-2:]
    assert (added.what, added.username, added.actor) == ("account_added", "wang", "web")
    assert (signed_in.what, signed_in.username) == ("signed_in", "wang")
