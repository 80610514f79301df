"""Sign-ins as operators see and end them, by ``sso-portal session``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sso_portal.base.clock import SystemClock
from sso_portal.settings import load_settings
from sso_portal.wiring import Portal
from tests.contract.test_command_line import Run, answer, ready, refused, upgraded

__all__ = ["ready", "upgraded"]

SITES = {"shop": "", "deaf": "https://127.0.0.1:9/bye"}
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture
def ana(ready: Run, tmp_path: Path) -> dict[str, Any]:
    """Ana, who is signed in on two devices: on one of them two sites take part, one of which never answers."""
    answer(
        ready("user", "add", "ana", "--email", "ana@example.test", "--password-stdin", "--json", stdin="a good one\n")
    )
    for client_id, uri in SITES.items():
        add = ("client", "add", "--name", client_id, "--client-id", client_id, "--redirect-uri", "https://a.test/cb")
        answer(ready(*add, *(("--backchannel-logout-uri", uri) if uri else ()), "--json"))
    portal = Portal(load_settings(_settings(tmp_path), {}))
    with portal.transaction() as unit:
        user = unit.users.by_username("ana")
        first, _ = unit.sessions.begin(user, remember_me=True, address="192.0.2.1", user_agent=FIREFOX, old_cookie=None)
        evil = "Evil \x1b[31m\x9b\r\n"
        second, _ = unit.sessions.begin(user, remember_me=False, address="::1", user_agent=evil, old_cookie=None)
        for client_id in SITES:
            unit.sessions.join(first, client_id)
    portal.close()
    return {"first": first, "second": second}


def _settings(folder: Path) -> dict[str, str]:
    lines = (folder / "portal.ini").read_text().splitlines()[1:]
    pairs = (line.split(" = ", 1) for line in lines)
    return {name: value.replace("%(here)s", str(folder)) for name, value in pairs}


def listed(run: Run) -> dict[str, Any]:
    return {row["sid"]: row for row in answer(run("session", "list", "ana", "--json"))}


def test_where_somebody_is_signed_in(ready: Run, ana: dict[str, Any]) -> None:
    first, second = ana["first"], ana["second"]
    rows = listed(ready)
    assert set(rows) == {first.sid, second.sid}
    assert {**rows[first.sid], "sites": sorted(rows[first.sid]["sites"])} == {
        "sid": first.sid,
        "began": first.created_at,
        "last_used": first.last_seen_at,
        "address": "192.0.2.1",
        "browser": FIREFOX,
        "remembered": True,
        "sites": ["deaf", "shop"],
    }
    assert (rows[second.sid]["remembered"], rows[second.sid]["sites"]) == (False, [])


def test_a_browser_does_not_command_the_terminal(ready: Run, ana: dict[str, Any]) -> None:
    table = ready("session", "list", "ana").stdout
    assert "Evil ?[31m" in table
    assert set(table) & {"\x1b", "\x9b", "\r"} == set()
    assert len(table.splitlines()) == 3


def test_a_session_is_ended_and_what_its_sites_say_is_told(ready: Run, ana: dict[str, Any]) -> None:
    ended = ready("session", "end", ana["first"].sid)
    assert ended.returncode == 0
    assert ended.stdout == (
        "The session is ended; 0 sites have confirmed it, 1 will be told by the running portal, 1 cannot be told.\n"
    )
    assert set(listed(ready)) == {ana["second"].sid}
    (notice,) = answer(ready("session", "notices", "--json"))
    assert (notice["client"], notice["state"], notice["tries"]) == ("deaf", "waiting", 1)
    assert notice["since"] <= SystemClock().now() <= notice["next_try"] + 5
    assert notice["problem"]
    assert "deaf" in ready("session", "notices").stdout


def test_a_session_without_sites_is_ended(ready: Run, ana: dict[str, Any]) -> None:
    ended = ready("session", "end", ana["second"].sid).stdout
    assert ended == "The session is ended; 0 sites have confirmed it, 0 will be told by the running portal.\n"
    assert answer(ready("session", "notices", "--json")) == []


def test_what_is_not_there_is_refused(ready: Run, ana: dict[str, Any]) -> None:
    sid = ana["second"].sid
    assert ready("session", "end", sid).returncode == 0
    assert sid in refused(ready("session", "end", sid))
    assert "unknown-sid" in refused(ready("session", "end", "unknown-sid"))
    assert "\x1b" not in refused(ready("session", "end", "a\x1bb"))
    assert "nobody" in refused(ready("session", "list", "nobody"))
    assert ready("session", "end").returncode == 2


def test_nobody_is_signed_in_at_first(ready: Run) -> None:
    answer(ready("user", "add", "bo", "--email", "bo@example.test", "--password-stdin", "--json", stdin="a good one\n"))
    assert answer(ready("session", "list", "bo", "--json")) == []
