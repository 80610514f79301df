"""Logout tokens: every rule of Back-Channel Logout 1.0 section 2.6, each broken by a token with a real signature."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import webtest
from joserfc import jws, jwt
from joserfc.jwk import ECKey

from tests.unit.sso_client.provider import MovableClock, Provider
from tests.unit.sso_client.site_under_test import Person

EVENT = "http://schemas.openid.net/event/backchannel-logout"
PATH = "/sso/backchannel-logout"
FORM = "application/x-www-form-urlencoded"
NOW = 1_800_000_000


@pytest.fixture(autouse=True)
def session_names(provider: Provider) -> None:
    provider.claims["sid"] = "s-1"


def send(app: Any, token: str, **options: Any) -> Any:
    return app.post(PATH, {"logout_token": token}, expect_errors=True, **options)


def is_in(person: Person) -> bool:
    return bool(person.get("/mine").status_int == 200)


def refusal(answer: Any) -> str:
    """Why a logout request was refused: the name of the check."""
    assert answer.status_int == 400 and answer.content_type == "application/json"
    assert answer.headers["Cache-Control"] == "no-store" and answer.json["error"] == "invalid_request"
    return str(answer.json["error_description"]).partition(":")[0]


@pytest.mark.parametrize("kind", ["logout+jwt", "LOGOUT+JWT", "application/logout+jwt", "Application/Logout+JWT"])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"sub": None},
        {"sid": None},
        {"aud": ["project-center"]},
        {"iat": NOW + 60},
        {"iat": NOW - 360},
        {"exp": NOW - 59},
        {"exp": 1e30},
        {"events": {EVENT: {"more": 1}, "another": {}}},
    ],
)
def test_a_good_token_ends_the_session(person: Person, provider: Provider, kind: str, changes: dict[str, Any]) -> None:
    person.sign_in()
    provider.clock.move(0 if changes.get("sid", 1) else 1)
    answer = send(person.browser, provider.sign(provider.logout_claims(**changes), typ=kind))
    assert (answer.status_int, answer.body, answer.headers["Cache-Control"]) == (200, b"", "no-store")
    assert not is_in(person)


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("iss", {"iss": "https://evil.example"}),
        ("iss", {"iss": None}),
        ("aud", {"aud": "talent-center"}),
        ("aud", {"aud": None}),
        ("azp", {"aud": ["project-center", "talent-center"]}),
        ("exp", {"exp": NOW - 60}),
        ("exp", {"exp": None}),
        ("exp", {"exp": "1900000000"}),
        ("iat", {"iat": NOW + 61}),
        ("iat", {"iat": 1e400}),
        ("iat", {"iat": NOW - 361}),
        ("iat", {"iat": None}),
        ("iat", {"iat": True}),
        ("sub", {"sub": None, "sid": None}),
        ("sub", {"sub": ""}),
        ("sub", {"sub": 7}),
        ("sub", {"sub": "x" * 256}),
        ("sub", {"sub": "\ud800"}),
        ("sid", {"sid": ""}),
        ("sid", {"sid": ["s-1"]}),
        ("sid", {"sid": "x" * 256}),
        ("events", {"events": None}),
        ("events", {"events": [EVENT]}),
        ("events", {"events": {}}),
        ("events", {"events": {EVENT: None}}),
        ("events", {"events": {EVENT: "x"}}),
        ("events", {"events": {EVENT.upper(): {}}}),
        ("nonce", {"nonce": "n"}),
        ("nonce", {"nonce": ""}),
        ("jti", {"jti": None}),
        ("jti", {"jti": ""}),
        ("jti", {"jti": 7}),
        ("jti", {"jti": "x" * 256}),
    ],
)
def test_a_wrong_claim_ends_nothing(person: Person, provider: Provider, check: str, changes: dict[str, Any]) -> None:
    person.sign_in()
    assert refusal(send(person.browser, _signed_raw(provider, provider.logout_claims(**changes)))) == check
    assert is_in(person)


def _signed_raw(provider: Provider, claims: dict[str, Any]) -> str:
    text = json.dumps(claims).replace("Infinity", "1e400")  # a number that becomes infinite on the way in
    return jws.serialize_compact({"alg": "ES256", "kid": "first", "typ": "logout+jwt"}, text, provider.keys[0])


def test_forged_signatures_end_nothing(person: Person, provider: Provider) -> None:
    person.sign_in()
    claims = provider.logout_claims()
    stranger = ECKey.generate_key("P-256", {"kid": "first"})
    good = provider.logout_token()
    first, _, last = good.split(".")
    other_claims = provider.logout_token(sub="u-2").split(".")[1]
    forged = {
        "alg": [
            provider.unsigned(claims, typ="logout+jwt"),
            provider.signed_with_public_key(claims, typ="logout+jwt"),
        ],
        "signature": [
            jwt.encode({"alg": "ES256", "kid": "first", "typ": "logout+jwt"}, claims, stranger),
            f"{first}.{other_claims}.{last}",
            good[:-4] + "AAAA",
            "x",
            "..",
            "中文",
        ],
        "typ": [
            provider.sign(claims),
            provider.sign(claims, typ="JWT"),
            provider.sign(claims, typ="logout+jwt2"),
            provider.sign(claims, typ="application/application/logout+jwt"),
        ],
    }
    for check, tokens in forged.items():
        for token in tokens:
            assert refusal(send(person.browser, token)) == check, token
    assert is_in(person)


def test_an_id_token_is_no_logout_token(person: Person, provider: Provider) -> None:
    person.sign_in()
    kit = person.browser.app.registry["sso_client.kit"]
    id_token = kit.sessions.id_token(kit.sessions.find(person.cookies()["__Host-sso_project-center"]).id_hash)
    assert refusal(send(person.browser, id_token)) == "typ"
    assert is_in(person)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", FORM),
        (b"logout_token=", FORM),
        (b"logout_token=a&logout_token=b", FORM),
        (b"logout_token=%ff%fe", FORM),
        (b"\xff\xfe\x00", FORM),
        (b"&".join(b"a%d=1" % number for number in range(60)) + b"&logout_token=x", FORM),
        (b"logout_token=" + b"x" * 70_000, FORM),
        (b"x" * 3_000_000, FORM),
        (b"logout_token={token}", ""),
        (b"logout_token={token}", "text/plain"),
        (b"logout_token={token}", "multipart/form-data; boundary=x"),
        (b'{"logout_token": "{token}"}', "application/json"),
        (b"[" * 60_000, "application/json"),
        (b"logout_token={token}", "\xff\xfe"),
    ],
)
def test_what_is_no_logout_request_is_refused(person: Person, provider: Provider, body: bytes, kind: str) -> None:
    person.sign_in()
    body = body.replace(b"{token}", provider.logout_token().encode())
    answer = person.browser.request(
        PATH, method="POST", body=body, environ={"CONTENT_TYPE": kind}, headers={}, expect_errors=True
    )
    assert refusal(answer) in {"form", "signature"}
    assert is_in(person)


def test_deeply_nested_claims_are_refused(person: Person, provider: Provider) -> None:
    header = {"alg": "ES256", "kid": "first", "typ": "logout+jwt"}
    token = jws.serialize_compact(header, b'{"a":' + b"[" * 20_000, provider.keys[0])
    assert refusal(send(person.browser, token)) == "signature"


@pytest.mark.parametrize("length", ["abc", "-1", "10"])
def test_a_body_that_is_not_as_long_as_it_says(person: Person, length: str) -> None:
    environ = {"CONTENT_LENGTH": length, "CONTENT_TYPE": FORM}
    browser = webtest.TestApp(person.browser.app, lint=False)
    answer = browser.request(PATH, method="POST", environ=environ, expect_errors=True)
    assert refusal(answer) == "form"


def test_a_token_is_good_once(person: Person, provider: Provider, clock: MovableClock) -> None:
    person.sign_in()
    token = provider.logout_token()
    assert send(person.browser, token).status_int == 200
    clock.move(1)
    person.sign_in()
    for seconds in (0, 60, 117):
        clock.move(seconds)
        assert refusal(send(person.browser, token)) == "jti"
        send(person.browser, provider.logout_token(sub="u-9", sid=None))  # old ones are swept
    assert is_in(person)
    clock.move(2)
    assert refusal(send(person.browser, token)) == "exp"


def test_fifty_threads_with_one_token(site: Callable[..., Any], provider: Provider, tmp_path: Path) -> None:
    store = str(tmp_path / "site.sqlite3")
    apps = [Person(site(store=store), provider).browser for _ in range(5)]
    send(apps[0], provider.logout_token())  # the keys are there
    token = provider.logout_token()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda number: send(apps[number % 5], token).status_int, range(50)))
    assert sorted(answers) == [200] + [400] * 49


def test_by_sid_only_that_session_ends(site: Callable[..., Any], provider: Provider) -> None:
    app = site()
    people = {}
    for sid, sub in (("s-1", "u-1"), ("s-2", "u-1"), ("s-3", "u-2")):
        provider.claims.update(sid=sid, sub=sub)
        people[sid] = Person(app, provider)
        people[sid].sign_in()
    send(people["s-1"].browser, provider.logout_token(sid="s-3", sub="u-1"))
    send(people["s-1"].browser, provider.logout_token(sid="s-9", sub="u-1"))
    assert [is_in(person) for person in people.values()] == [True, True, True]
    send(people["s-1"].browser, provider.logout_token(sid="s-2"))
    assert [is_in(person) for person in people.values()] == [True, False, True]
    send(people["s-1"].browser, provider.logout_token(sid="s-3", sub=None))
    assert [is_in(person) for person in people.values()] == [True, False, False]


def test_by_sub_what_began_before_ends(site: Callable[..., Any], provider: Provider, clock: MovableClock) -> None:
    app = site()
    first, second, other = (Person(app, provider) for _ in range(3))
    first.sign_in()
    clock.move(10)
    token = provider.logout_token(sid=None)
    clock.move(1)
    second.sign_in()
    provider.claims["sub"] = "u-2"
    other.sign_in()
    assert send(first.browser, token).status_int == 200
    assert [is_in(person) for person in (first, second, other)] == [False, True, True]


def test_an_ended_session_keeps_only_whose_it_was(person: Person, provider: Provider, clock: MovableClock) -> None:
    person.sign_in()
    kit = person.browser.app.registry["sso_client.kit"]
    session_id = person.cookies()["__Host-sso_project-center"]
    assert kit.sessions.ended(session_id) is None and kit.sessions.ended("another") is None
    send(person.browser, provider.logout_token())
    ended = kit.sessions.ended(session_id)
    assert (ended.subject, ended.ended_because) == ("u-1", "signed_out_elsewhere")
    row = kit._store.row(
        "SELECT claims, scope, csrf_token, story, id_token, access_token, access_expires, refresh_token"
        " FROM site_session"
    )
    assert row == ("{}", "", "", "", "", "", None, "")
    clock.move(8 * 3600 + 24 * 3600 + 1)
    kit.sessions.sweep()
    assert kit.sessions.ended(session_id) is None
    assert kit._store.row("SELECT count(*) FROM site_session") == (0,)


def test_a_session_that_has_merely_run_out(person: Person, provider: Provider, clock: MovableClock) -> None:
    person.sign_in()
    kit = person.browser.app.registry["sso_client.kit"]
    session_id = person.cookies()["__Host-sso_project-center"]
    clock.move(8 * 3600)
    for _ in range(2):
        ended = kit.sessions.ended(session_id)
        assert (ended.subject, ended.ended_because) == ("u-1", "expired")
        kit.sessions.sweep()
    assert kit._store.row("SELECT id_token, access_token, refresh_token FROM site_session") == ("", "", "")


def test_the_refused_refresh_ends_the_session_as_signed_out_elsewhere(person: Person, provider: Provider) -> None:
    person.sign_in()
    session_id = person.cookies()["__Host-sso_project-center"]
    provider.forget_refresh_tokens()
    provider.clock.move(3600)
    assert person.get("/api").status_int == 303
    ended = person.browser.app.registry["sso_client.kit"].sessions.ended(session_id)
    assert (ended.subject, ended.ended_because) == ("u-1", "signed_out_elsewhere")


def test_the_portal_is_faster_than_the_exchange(
    site: Callable[..., Any], provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = site()
    person, other = Person(app, provider), Person(app, provider)
    answer_token = provider._token

    def token_and_logout(request: Any) -> Any:
        answer = answer_token(request)
        assert send(other.browser, provider.logout_token()).status_int == 200
        return answer

    location = person.leave()
    monkeypatch.setattr(provider, "_token", token_and_logout)
    answer = person.come_back(location)
    assert answer.status_int == 403 and "Sign in again" in answer.text
    assert person.cookies() == {} and not is_in(person)


def test_a_new_key_is_fetched_for_a_logout_token(person: Person, provider: Provider) -> None:
    person.sign_in()
    provider.rotate_key("second")
    assert send(person.browser, provider.logout_token()).status_int == 200
    assert not is_in(person)


def test_without_the_portals_keys_it_is_asked_to_come_again(
    person: Person, provider: Provider, clock: MovableClock
) -> None:
    provider.fault = {"/jwks": "500"}
    answer = send(person.browser, provider.logout_token())
    assert (answer.status_int, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (503, "5", "no-store")
    assert answer.json["error"] == "temporarily_unavailable"
    provider.fault = {}
    assert send(person.browser, provider.logout_token()).status_int == 200


def test_other_methods_are_not_there(person: Person) -> None:
    for method in ("get", "put", "delete"):
        assert getattr(person.browser, method)(PATH, expect_errors=True).status_int == 404


def test_no_token_is_in_the_log(person: Person, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    tokens = [provider.logout_token(), provider.logout_token(nonce="n"), "not.a.token"]
    for token in tokens:
        send(person.browser, token)
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "nonce" in logged and not [token for token in tokens if token in logged]
