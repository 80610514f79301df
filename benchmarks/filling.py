"""A database as it is after years: people, and tokens of theirs, put there by SQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.known import CLIENT_ID

_HOUR, _DAY = 3_600, 86_400
_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :amount)"
_PEOPLE = """
INSERT INTO users (id, subject, username, username_key, name, email, email_verified, is_administrator, is_enabled,
                   created_at, updated_at)
SELECT :first + n, 'subject-' || n, 'person-' || n, 'person-' || n, 'Person ' || n, 'person-' || n || '@example.test',
       0, 0, 1, :now - 86400, :now - 86400 FROM numbers"""
_PASSWORDS = """
INSERT INTO credentials (user_id, kind, secret_hash, changed_at)
SELECT :first + n, kind, secret_hash, changed_at FROM numbers, (SELECT * FROM credentials LIMIT 1)"""
_EVENTS = """
INSERT INTO audit_events (at, what, actor, user_id, username, client_id, sid, address, user_agent, trace_id, details)
SELECT :now - 86400 + n % 80000, 'sign_in', 'person', :first + n, 'person-' || n, :client, NULL, '127.0.0.1',
       'a browser', lower(hex(randomblob(16))), '{}' FROM numbers"""
_SESSIONS = """
INSERT INTO sessions (sid, cookie_hash, user_id, remember_me, address, user_agent, created_at, auth_time, last_seen_at,
                      idle_expires_at, expires_at, idle_seconds)
SELECT 'filled-' || n, lower(hex(randomblob(32))), :first + n, 0, '127.0.0.1', 'a browser', :now - 60, :now - 60,
       :now - 60, :now + 43200, :now + 43200, 43200 FROM numbers"""
_TAKING_PART = """
INSERT INTO participations (sid, client_id, first_used_at, last_used_at)
SELECT 'filled-' || n, :client, :now - 60, :now - 60 FROM numbers"""
_FAMILIES = """
INSERT INTO families (family_id, client_id, user_id, scope, auth_time, created_at, expires_at)
SELECT :kind || '-' || n, :client, :first + 1 + (n - 1) % :people, 'openid profile offline_access',
       :expires - 3600, :expires - 3600, :expires - n % 3600 FROM numbers"""
_TOKENS = """
INSERT INTO tokens (token_hash, kind, family_id, scope, issued_at, expires_at)
SELECT lower(hex(randomblob(32))) AS hash, CASE n % 2 WHEN 0 THEN 'access' ELSE 'refresh' END,
       :kind || '-' || ((n + 1) / 2), 'openid profile offline_access', :expires - 3600, :expires - n % 3600
FROM numbers ORDER BY hash"""


@dataclass(frozen=True)
class Amounts:
    """How many of each; each person has a password and an event in the audit log."""

    people: int
    expired: int
    live: int


def fill(file: Path, amounts: Amounts) -> None:
    """Put them into the database of a portal that does not run; each living token's person is signed in.

    What has expired did so some hours ago: sweeping leaves it for a day.
    """
    now = int(time.time())
    with _open(file) as database:
        first = database.execute("SELECT max(id) FROM users").fetchone()[0]
        _people(database, amounts, first, now)
        _add_tokens(database, "expired", amounts.expired, amounts.people, first, now - 2 * _HOUR)
        _add_tokens(database, "live", amounts.live, amounts.people, first, now + _DAY)
    database.close()


def add_sweepable(file: Path, amount: int) -> None:
    """So many tokens that expired days ago: what the next sweeping deletes."""
    with _open(file) as database:
        first = database.execute("SELECT max(id) - 1 FROM users").fetchone()[0]
        _add_tokens(database, "old", amount, 1, first, int(time.time()) - 3 * _DAY)
    database.close()


def _people(database: sqlite3.Connection, amounts: Amounts, first: int, now: int) -> None:
    signed_in = min(amounts.live, amounts.people)
    everyone = {"amount": amounts.people, "first": first, "now": now}
    for statement in (_PEOPLE, _PASSWORDS, _EVENTS) if amounts.people else ():
        _put(database, statement, everyone)
    for statement in (_SESSIONS, _TAKING_PART) if signed_in else ():
        _put(database, statement, {**everyone, "amount": signed_in})


def _add_tokens(database: sqlite3.Connection, kind: str, amount: int, people: int, first: int, expires: int) -> None:
    if not amount or not people:
        return
    common = {"kind": kind, "expires": expires}
    # Of each family an access token and a refresh token.
    _put(database, _FAMILIES, {**common, "amount": (amount + 1) // 2, "first": first, "people": people})
    _put(database, _TOKENS, {**common, "amount": amount})


def _put(database: sqlite3.Connection, statement: str, values: Mapping[str, object]) -> None:
    database.execute(_NUMBERS + statement, {"client": CLIENT_ID, **values})


def _open(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file)
    # It is made for this measurement: nothing would be lost with it.
    database.execute("PRAGMA synchronous=OFF")
    database.execute("PRAGMA cache_size=-1000000")
    return database
