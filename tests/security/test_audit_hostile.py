"""The audit log holds no secret, takes whatever is sent, and tells once what happens once, however many come."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from webtest import TestApp

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import Device
from sso_testkit.relying_party import VERIFIER, RelyingParty
from sso_testkit.sso import PORTAL
from sso_testkit.together import together

Register = Callable[..., RelyingParty]


def test_no_secret_of_any_kind_is_in_it(sso: SingleSignOn, register: Register) -> None:
    rp = register("rp", grant_types=["authorization_code", "refresh_token", "password"])
    browser = sso.browser()
    browser.open(rp.url(state="a-state-of-this-request", nonce="a-nonce-of-this-request"))
    browser.sign_in("zp", "a wrong password")
    browser.sign_in("typed-password-as-name", "x")
    browser.sign_in("zp", "penadmin")
    code = rp.answer(browser)["code"]
    tokens = rp.redeem(code).json
    renewed = rp.refresh(tokens["refresh_token"]).json
    given = rp.token(grant_type="password", username="zp", password="penadmin").json
    rp.token(grant_type="password", username="zp", password="a second wrong password")
    tv = Device(sso, "tv")
    browser.open(tv.ask().json["verification_uri_complete"])
    browser.agree()
    rp.redeem(code)
    rp.revoke(given["refresh_token"])
    with sso.portal.transaction() as unit:
        zp = unit.users.by_username("zp")
        unit.users.set_password(zp, "the new password")
        unit.users.set_profile(zp, {"nickname": "a-private-nickname", "email": "private@example.test"})
        drawn = unit.clients.rotate_secret("rp")
        receipts = unit.sign_outs.end_all_of(zp, "password_changed")
    secrets = {
        "passwords": ["penadmin", "a wrong password", "a second wrong password", "the new password"],
        "what was typed": ["typed-password-as-name"],
        "codes": [code, tv.codes["device_code"], tv.codes["user_code"], tv.codes["user_code"].replace("-", "")],
        "tokens": [made[name] for made in (tokens, renewed, given) for name in made if name.endswith("_token")],
        "secrets": [str(rp.secret), drawn, VERIFIER],
        "cookies": list(browser.cookies().values()),
        "requests": ["a-state-of-this-request", "a-nonce-of-this-request"],
        "claims": ["a-private-nickname", "private@example.test"],
        "receipts": [receipt.number for receipt in receipts],
    }
    with sso.portal.database.engine.connect() as connection:
        log = repr(connection.exec_driver_sql("SELECT * FROM audit_events").all())
    kinds = {event.what for event in sso.effects.audit_events}
    assert kinds >= {"signed_in", "sign_in_failed", "code_replayed", "tokens_given_back", "device_let_in"}
    assert kinds >= {"password_changed", "account_changed", "client_secret_changed", "session_ended"}
    assert len(secrets["tokens"]) > 5
    assert len(secrets["cookies"]) > 1
    assert [kind for kind, values in secrets.items() if any(value in log for value in values)] == []
    assert "argon2" not in log
    assert "keyed:" not in log


@pytest.mark.parametrize(
    "user_agent",
    [
        "",
        "a" * 10_000,
        "Evil\x1b[2J\x9b31m",
        "zp signed in · Firefox",
        "\xff\xfe not UTF-8",
        "\t{{7*7}}'; DROP TABLE audit_events",
    ],
)
def test_a_browser_may_call_itself_what_it_likes(sso: SingleSignOn, user_agent: str) -> None:
    app = TestApp(sso.world)
    page = app.get(f"{PORTAL}/o/login/")
    page.form["username"], page.form["password"] = "zp", "penadmin"
    sent = {"HTTP_USER_AGENT": user_agent, "HTTP_X_FORWARDED_FOR": "203.0.113.66"}
    app.post(f"{PORTAL}/o/login/", page.form.submit_fields(), extra_environ=sent)
    event = sso.effects.audit_events.of(what="signed_in").only()
    assert event.user_agent == user_agent[:300]
    assert event.address != "203.0.113.66", "nobody but a trusted proxy says where a request comes from"


@pytest.mark.parametrize("username", ["\u202e\x1b[2J", "\x7f", "a" * 5_000, "zp\nadmin signed in", "' OR 1=1 --"])
def test_whatever_is_typed_as_a_name_fails_in_one_event_without_it(sso: SingleSignOn, username: str) -> None:
    app = TestApp(sso.world)
    page = app.get(f"{PORTAL}/o/login/")
    fields = [(name, value) for name, value in page.form.submit_fields() if name not in {"username", "password"}]
    assert app.post(f"{PORTAL}/o/login/", [*fields, ("username", username), ("password", "x")]).status_int == 200
    event = sso.effects.audit_events.of(what="sign_in_failed").only()
    assert (event.username, event.details) == (None, {"reason": "name_unknown"})


def test_a_first_visit_in_many_tabs_at_once_is_one_event(sso: SingleSignOn, browser: Browser, rp: RelyingParty) -> None:
    cookies = "; ".join(f"{name.split()[-1]}={value}" for name, value in browser.cookies().items())

    def visit(_number: int) -> str:
        return TestApp(sso.world).get(rp.url(), headers={"Cookie": cookies}).headers["Location"]

    assert all("code=" in location for location in together(8, visit))
    assert sso.effects.audit_events.of(what="site_entered", client_id="rp").only().username == "zp"


def test_a_replay_by_many_at_once_is_one_event(sso: SingleSignOn, browser: Browser, rp: RelyingParty) -> None:
    browser.open(rp.url())
    code = rp.answer(browser)["code"]
    assert sorted(together(8, lambda _number: rp.redeem(code).status_int)) == [200] + [400] * 7
    assert sso.effects.audit_events.of(what="code_replayed").only().client_id == "rp"


def test_wrong_secrets_by_many_at_once_are_one_event(sso: SingleSignOn, rp: RelyingParty) -> None:
    rp.secret = "not its secret"
    assert together(8, lambda _number: rp.redeem("no code").status_int) == [401] * 8
    assert len(sso.effects.audit_events.of(what="client_refused")) == 1


def test_an_answer_that_fails_leaves_no_event(sso: SingleSignOn, browser: Browser, rp: RelyingParty) -> None:
    """A portal that falls over after a site was entered has not let it in, and does not say so."""
    with sso.portal.database.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER broken BEFORE INSERT ON codes BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    before = len(sso.effects.audit_events)
    answer = TestApp(sso.world).get(
        rp.url(),
        headers={"Cookie": "; ".join(f"{name.split()[-1]}={value}" for name, value in browser.cookies().items())},
        status="*",
    )
    assert answer.status_int >= 500
    assert len(sso.effects.audit_events) == before
