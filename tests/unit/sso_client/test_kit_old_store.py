"""A site's file that an earlier version of the kit has written goes on to be good."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sso_client.hashing import hashed
from sso_client.store import Store
from sso_client.story import Story
from tests.unit.sso_client.provider import MovableClock, Provider
from tests.unit.sso_client.site_under_test import Person

OLD_SCHEMA = """
CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE site_session (
    id_hash TEXT PRIMARY KEY, subject TEXT NOT NULL, claims TEXT NOT NULL, scope TEXT NOT NULL,
    csrf_token TEXT NOT NULL, story TEXT NOT NULL, id_token TEXT NOT NULL,
    created INTEGER NOT NULL, expires INTEGER NOT NULL,
    access_token TEXT NOT NULL, access_expires INTEGER, refresh_token TEXT NOT NULL,
    token_version INTEGER NOT NULL DEFAULT 1, lease_owner TEXT NOT NULL DEFAULT '',
    lease_until INTEGER NOT NULL DEFAULT 0);
"""


@pytest.fixture
def old_file(tmp_path: Path, clock: MovableClock) -> Path:
    """Three sessions: one whose claims name the portal's session, one whose do not, one whose are odd."""
    file = tmp_path / "old.sqlite3"
    with sqlite3.connect(file) as database:
        database.executescript(OLD_SCHEMA)
        for name, claims in (
            ("named", {"sid": "s-1", "auth_time": 1_799_999_000, "acr": "gold"}),
            ("plain", {}),
            ("odd", {"sid": 7, "auth_time": "x", "acr": None}),
        ):
            database.execute(
                "INSERT INTO site_session (id_hash, subject, claims, scope, csrf_token, story, id_token, created,"
                " expires, access_token, refresh_token) VALUES (?, 'u-1', ?, 'openid', 'c', ?, 'i', ?, ?, 'a', 'r')",
                (
                    hashed(name),
                    json.dumps({"sub": "u-1", **claims}),
                    Story().to_json(),
                    clock.now() - 60,
                    clock.now() + 600,
                ),
            )
    database.close()
    return file


def test_old_sessions_go_on(site: Callable[..., Any], old_file: Path, clock: MovableClock) -> None:
    sessions = site(store=str(old_file)).registry["sso_client.kit"].sessions
    found = {name: sessions.find(name) for name in ("named", "plain", "odd")}
    assert {name: (one.sid, one.auth_time, one.acr) for name, one in found.items()} == {
        "named": ("s-1", 1_799_999_000, "gold"),
        "plain": ("", 0, ""),
        "odd": ("", 0, ""),
    }
    assert {one.last_used for one in found.values()} == {clock.now() - 60}
    assert {one.portal_expires for one in found.values()} == {None}


def test_an_old_session_can_be_ended_by_the_portal(
    site: Callable[..., Any], provider: Provider, old_file: Path
) -> None:
    app = site(store=str(old_file))
    sessions = app.registry["sso_client.kit"].sessions
    browser = Person(app, provider).browser
    browser.post("/sso/backchannel-logout", {"logout_token": provider.logout_token()})
    assert [name for name in ("named", "plain", "odd") if sessions.find(name)] == ["plain", "odd"]
    browser.post("/sso/backchannel-logout", {"logout_token": provider.logout_token(sid=None)})
    assert [name for name in ("named", "plain", "odd") if sessions.find(name)] == []


def test_many_processes_open_an_old_file_together(old_file: Path) -> None:
    with ThreadPoolExecutor(12) as pool:
        rows = list(
            pool.map(lambda _: Store(str(old_file)).row("SELECT sum(last_used > 0) FROM site_session"), range(12))
        )
    assert rows == [(3,)] * 12
