"""Events of the audit log as sentences. Whatever somebody else has chosen is quoted unless it is plain."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sso_portal.base.browsers import browser_name, system_name
from sso_portal.services.audit import AuditEvent

_PLAIN = re.compile(r"[\w.@+:/~-]{1,200}")
_WAYS = {"pwd": "a password", "otp": "a one-time code", "hwk": "a passkey", "swk": "a passkey", "mfa": ""}
_BECAUSE = {
    "ended_elsewhere": "it was ended from another device",
    "ended_by_administrator": "an administrator has ended it",
    "password_changed": "the password was changed",
    "account_disabled": "the account was disabled",
    "account_changed": "the account was changed",
    "expired": "its time was over",
}
_REASONS = {
    "password_wrong": "the password was wrong",
    "name_unknown": "nobody has this user name",
    "account_disabled": "the account is disabled",
}


def line(event: AuditEvent) -> str:
    """One event in one line, whatever is in it: time, sentence, browser, address, who acted, trace."""
    actor = "" if event.actor == "web" else f"by the {event.actor}"
    trace = f"trace {event.trace_id}" if event.trace_id else ""
    parts = (_sentence(event), _browser(event.user_agent), printable(event.address), actor, trace)
    return f"{_moment(event.at)}  {' · '.join(part for part in parts if part)}"


def printable(text: str) -> str:
    """``text`` without what a terminal would obey: that is spelt out."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def _sentence(event: AuditEvent) -> str:
    sentence = _SENTENCES.get(event.what)
    # A later version's event, after a step back to this one.
    return sentence(event) if sentence is not None else f"{_who(event)}: {printable(event.what).replace('_', ' ')}"


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else printable(json.dumps(text, ensure_ascii=False))


def _who(event: AuditEvent) -> str:
    if event.username:
        return _quoted(event.username)
    return f"person {event.user_id}" if event.user_id is not None else "somebody"


def _client(event: AuditEvent) -> str:
    return _quoted(event.client_id or "a site")


def _list(items: Iterable[Any]) -> str:
    return " ".join(_quoted(str(item)) for item in items) or "nothing"


def _moment(at: Any) -> str:
    return f"{datetime.fromtimestamp(int(at)):%Y-%m-%d %H:%M:%S}"


@cache
def _browser(user_agent: str) -> str:
    names = [browser_name(user_agent), system_name(user_agent)] if user_agent else []
    return " on ".join(filter(None, names))


def _signed_in(event: AuditEvent) -> str:
    words = str(event.details.get("amr", "")).split()
    ways = " and ".join(dict.fromkeys(filter(None, (_WAYS.get(word, _quoted(word)) for word in words))))
    how = f" with {ways}" if ways else ""
    if event.client_id is not None:
        return f"{_who(event)} signed in{how} that {_client(event)} was given"
    return f"{_who(event)} signed in{' again' if event.details.get('again') else ''}{how}"


def _failed(event: AuditEvent) -> str:
    reason = str(event.details.get("reason", ""))
    where = f" through {_client(event)}" if event.client_id is not None else ""
    whom = f" as {_who(event)}" if event.user_id is not None else ""
    return f"a sign-in{whom}{where} failed: {_REASONS.get(reason, _quoted(reason))}"


def _signed_out(event: AuditEvent) -> str:
    asked = f", as {_client(event)} asked" if event.client_id is not None else ""
    return f"{_who(event)} signed out{asked}{_told(event)}"


def _ended(event: AuditEvent) -> str:
    because = str(event.details.get("because", ""))
    return f"a session of {_who(event)} ended: {_BECAUSE.get(because, _quoted(because))}{_told(event)}"


def _told(event: AuditEvent) -> str:
    sites = event.details.get("sites", [])
    return f" (sites: {_list(sites)})" if sites else ""


def _entered(event: AuditEvent) -> str:
    return f"{_who(event)} entered {_client(event)} with {_list(event.details.get('scopes', []))}"


def _consented(event: AuditEvent) -> str:
    declined = event.details.get("declined", [])
    but = f", but not {_list(declined)}" if declined else ""
    return f"{_who(event)} let {_client(event)} have {_list(event.details.get('scopes', []))}{but}"


def _added(event: AuditEvent) -> str:
    created = "created an account" if event.actor == "web" else "got an account"
    return f"{_who(event)} {created}{' as an administrator' if event.details.get('administrator') else ''}"


def _roles(event: AuditEvent) -> str:
    given, taken = event.details.get("given", []), event.details.get("taken", [])
    parts = [f"got the roles {_list(given)}"] if given else []
    return f"{_who(event)} {' and '.join([*parts, *([f'lost the roles {_list(taken)}'] if taken else [])])}"


def _refused(event: AuditEvent) -> str:
    return f"{_client(event)} did not prove who it is: {_quoted(str(event.details.get('check', '')))}"


def _keys(event: AuditEvent) -> str:
    what = "made" if event.what == "keys_made" else "rotated"
    algorithms, since = _list(event.details.get("algorithms", [])), event.details.get("signs_from", event.at)
    return f"keys were {what}: {algorithms}, in use from {_moment(since)}"


_SENTENCES: Mapping[str, Callable[[AuditEvent], str]] = {
    "signed_in": _signed_in,
    "sign_in_failed": _failed,
    "account_locked": lambda event: f"the account of {_who(event)} was locked {_until(event)}",
    "address_locked": lambda event: f"sign-ins from this address were locked {_until(event)}",
    "signed_out": _signed_out,
    "session_ended": _ended,
    "site_ended": lambda event: f"{_who(event)} signed out of {_client(event)} alone",
    "site_entered": _entered,
    "consent_given": _consented,
    "consent_refused": lambda event: f"{_who(event)} refused {_client(event)}",
    "access_removed": lambda event: f"{_who(event)} removed the access of {_client(event)}",
    "device_let_in": lambda event: f"{_who(event)} let a device in to {_client(event)}",
    "device_refused": lambda event: f"{_who(event)} refused a device of {_client(event)}",
    "code_replayed": lambda event: f"a code of {_who(event)} for {_client(event)} {_TWICE}",
    "device_code_replayed": lambda event: f"a device code of {_who(event)} for {_client(event)} {_TWICE}",
    "refresh_token_replayed": lambda event: f"a refresh token of {_who(event)} for {_client(event)} {_TWICE}",
    "tokens_given_back": lambda event: f"{_client(event)} gave back its tokens for {_who(event)}",
    "account_added": _added,
    "account_changed": lambda event: f"{_who(event)} was changed: {_list(event.details.get('changed', []))}",
    "account_disabled": lambda event: f"{_who(event)} was disabled",
    "account_enabled": lambda event: f"{_who(event)} was enabled",
    "password_changed": lambda event: f"{_who(event)} got a new password",
    "roles_changed": _roles,
    "client_refused": _refused,
    "client_added": lambda event: f"{_client(event)} was registered",
    "client_changed": lambda event: f"{_client(event)} was changed: {_list(event.details.get('changed', []))}",
    "client_removed": lambda event: f"{_client(event)} was removed",
    "client_secret_changed": lambda event: f"{_client(event)} got a new secret",
    "keys_made": _keys,
    "keys_rotated": _keys,
    "key_removed": lambda event: f"the key {_quoted(str(event.details.get('kid', '')))} was removed",
    "keys_deleted": lambda event: f"keys that nothing needs any more were deleted: {event.details.get('count', 0)}",
}

_TWICE = "was used a second time; all tokens that came from it ended"


def _until(event: AuditEvent) -> str:
    return f"until {_moment(event.details.get('until', event.at))} after too many failures"
