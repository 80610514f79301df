"""Each event is one line, a sentence, and nothing but what it says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from sso_portal.base.events import EVENT_NAMES
from sso_portal.cli.audit_sentences import line, printable
from sso_portal.services.audit import AuditEvent

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
AT = 1_795_255_391  # 2026-11-21 10:03:11 UTC


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def event(what: str, **fields: Any) -> AuditEvent:
    about = {"at": AT, "actor": "web", "user_id": 1, "username": "zp", "client_id": "shop", **fields}
    return AuditEvent(what=what, **about)


def sentence(what: str, **fields: Any) -> str:
    return line(event(what, **fields)).removeprefix("2026-11-21 10:03:11  ")


def test_a_whole_line() -> None:
    told = event(
        "signed_in",
        client_id=None,
        details={"amr": "pwd"},
        user_agent=FIREFOX,
        address="127.0.0.1",
        trace_id="3f0a51c2d4b6e897",
    )
    assert line(told) == (
        "2026-11-21 10:03:11  zp signed in with a password · Firefox on Linux · 127.0.0.1 · trace 3f0a51c2d4b6e897"
    )


SENTENCES: list[tuple[str, dict[str, Any], str]] = [
    ("signed_in", {"client_id": None, "details": {"amr": "pwd otp mfa", "again": True}}, "again with a password and a"),
    ("signed_in", {"details": {"amr": "pwd"}}, "zp signed in with a password that shop was given"),
    (
        "sign_in_failed",
        {"details": {"reason": "password_wrong"}},
        "sign-in as zp through shop failed: the password was",
    ),
    (
        "sign_in_failed",
        {"user_id": None, "username": None, "client_id": None, "details": {"reason": "name_unknown"}},
        "a sign-in failed: nobody has this user name",
    ),
    ("account_locked", {"details": {"until": AT + 900}}, "zp was locked until 2026-11-21 10:18:11 after too many"),
    ("address_locked", {"details": {"until": AT + 60}}, "this address were locked until 2026-11-21 10:04:11"),
    ("signed_out", {"details": {"sites": ["shop", "cafe"]}}, "zp signed out, as shop asked (sites: shop cafe)"),
    ("signed_out", {"client_id": None}, "zp signed out"),
    ("session_ended", {"details": {"because": "expired"}}, "a session of zp ended: its time was over"),
    ("site_ended", {}, "zp signed out of shop alone"),
    ("site_entered", {"details": {"scopes": ["openid", "profile"]}}, "zp entered shop with openid profile"),
    ("site_entered", {}, "zp entered shop with nothing"),
    ("consent_given", {"details": {"scopes": ["openid"], "declined": ["email"]}}, "zp let shop have openid, but not"),
    ("consent_refused", {}, "zp refused shop"),
    ("access_removed", {}, "zp removed the access of shop"),
    ("device_let_in", {}, "zp let a device in to shop"),
    ("device_refused", {}, "zp refused a device of shop"),
    ("code_replayed", {}, "a code of zp for shop was used a second time"),
    ("device_code_replayed", {}, "a device code of zp for shop was used a second time"),
    ("refresh_token_replayed", {}, "a refresh token of zp for shop was used a second time"),
    ("tokens_given_back", {}, "shop gave back its tokens for zp"),
    ("account_added", {}, "zp created an account"),
    ("account_added", {"actor": "command line", "details": {"administrator": True}}, "zp got an account as an admin"),
    ("account_changed", {"details": {"changed": ["email"]}}, "zp was changed: email"),
    ("account_disabled", {"actor": "command line"}, "zp was disabled · by the command line"),
    ("account_enabled", {}, "zp was enabled"),
    ("password_changed", {}, "zp got a new password"),
    ("roles_changed", {"details": {"given": ["boss"], "taken": ["clerk"]}}, "got the roles boss and lost the roles"),
    ("client_refused", {"details": {"check": "client_secret_wrong"}}, "shop did not prove who it is: client_secret"),
    ("client_added", {}, "shop was registered"),
    ("client_changed", {"details": {"changed": ["scope"]}}, "shop was changed: scope"),
    ("client_removed", {}, "shop was removed"),
    ("client_secret_changed", {}, "shop got a new secret"),
    ("keys_made", {"details": {"algorithms": ["ES256"], "signs_from": AT}}, "keys were made: ES256, in use from 2026"),
    ("keys_rotated", {"actor": "portal", "details": {"algorithms": ["ES256"]}}, "keys were rotated: ES256"),
    ("key_removed", {"details": {"kid": "k-1"}}, "the key k-1 was removed"),
    ("keys_deleted", {"details": {"count": 2}}, "keys that nothing needs any more were deleted: 2"),
]


@pytest.mark.parametrize(("what", "fields", "said"), SENTENCES)
def test_each_event_has_a_sentence(what: str, fields: dict[str, Any], said: str) -> None:
    assert said in sentence(what, **fields)


def test_no_event_is_without_one() -> None:
    assert {what for what, _, _ in SENTENCES} == set(EVENT_NAMES)


def test_an_event_of_a_later_version_is_told_by_its_name() -> None:
    assert sentence("badge_\x1bshown") == "zp: badge \\x1bshown"


def test_a_person_without_a_name_and_somebody() -> None:
    assert sentence("account_enabled", username=None) == "person 1 was enabled"
    assert sentence("account_enabled", username=None, user_id=None) == "somebody was enabled"


HOSTILE = "zp\n2026-11-21 10:03:11  admin signed in · \x1b[2J\x9b31m\u202e\u2028 \\"


@pytest.mark.parametrize("what", EVENT_NAMES)
@pytest.mark.parametrize("field", ["username", "client_id", "address", "user_agent", "details"])
def test_nothing_that_somebody_else_chose_forges_a_line(what: str, field: str) -> None:
    names = ("amr", "reason", "because", "check", "kid")
    details: dict[str, Any] = dict.fromkeys(names, HOSTILE) | {
        name: [HOSTILE] for name in ("sites", "scopes", "declined", "changed", "given", "taken", "algorithms")
    }
    told = line(event(what, **{field: details if field == "details" else HOSTILE}))
    assert told.isprintable()
    assert told.count("\n") == 0


def test_a_name_cannot_pretend_to_be_a_sentence() -> None:
    assert sentence("account_enabled", username="zp signed in · admin") == '"zp signed in · admin" was enabled'
    assert sentence("account_enabled", username="张鹏") == "张鹏 was enabled"
    assert sentence("client_removed", client_id='a "b"') == '"a \\"b\\"" was removed'


def test_what_a_terminal_obeys_is_spelt_out() -> None:
    assert printable("a\x1b[31m\x9b\u202eb浏") == "a\\x1b[31m\\x9b\\u202eb浏"
