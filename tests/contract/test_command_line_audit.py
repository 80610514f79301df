"""``sso-portal audit`` as operators and scripts use it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sso_portal.base.events import EVENT_NAMES
from sso_portal.settings import load_settings
from sso_portal.wiring import Portal
from tests.support.command_line import Run, answer, ready, refused, run, upgraded

__all__ = ["ready", "run", "upgraded"]

MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


def events(run: Run, *options: str) -> list[dict[str, Any]]:
    result = run("audit", "--json", *options)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def lines(run: Run, *options: str) -> list[str]:
    result = run("audit", *options)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


@pytest.fixture
def filled(ready: Run) -> Run:
    """Ana, and a shop."""
    add = ("user", "add", "ana", "--email", "ana@example.test", "--password-stdin", "--json")
    answer(ready(*add, stdin="a good password\n"))
    answer(
        ready("client", "add", "--name", "Shop", "--client-id", "shop", "--redirect-uri", "https://a.test/cb", "--json")
    )
    return ready


def test_what_operators_do_is_told_in_sentences(filled: Run) -> None:
    filled("user", "password", "ana", "--password-stdin", stdin="another good one\n")
    filled("user", "disable", "ana")
    filled("user", "enable", "ana")
    filled("user", "roles", "ana", "--add", "auditor")
    filled("user", "edit", "ana", "--set", "nickname=Annie")
    filled("client", "edit", "shop", "--set", "consent=silent")
    filled("client", "rotate-secret", "shop")
    filled("client", "remove", "shop")
    told = lines(filled)
    assert all(re.match(rf"{MOMENT}  \S", line) and line.endswith(" · by the command line") for line in told)
    said = [line[21:].removesuffix(" · by the command line") for line in told]
    assert said[0].startswith("keys were made: ES256 RS256 PS256 EdDSA")
    assert said[1:] == [
        "ana got an account",
        "shop was registered",
        "ana got a new password",
        "ana was disabled",
        "ana was enabled",
        "ana got the roles auditor",
        "ana was changed: nickname",
        "shop was changed: consent",
        "shop got a new secret",
        "shop was removed",
    ]


def test_filters(filled: Run) -> None:
    assert [event["what"] for event in events(filled, "--user", "ANA")] == ["account_added"]
    assert [event["what"] for event in events(filled, "--client", "shop")] == ["client_added"]
    assert (
        len(events(filled, "--since", "2h")) == len(events(filled, "--since", "2020-01-01")) == len(events(filled)) == 3
    )
    assert events(filled, "--since", "2100-01-01T10:00") == []
    assert refused(filled("audit", "--user", "nobody"))


def test_nothing_is_said_to_be_nothing(filled: Run) -> None:
    assert lines(filled, "--client", "nobody") == ["Nothing is remembered that fits."]
    assert events(filled, "--client", "nobody") == []


def test_each_line_of_json_is_an_event(filled: Run) -> None:
    (event,) = events(filled, "--user", "ana")
    assert event | {"number": 0, "at": 0} == {
        "number": 0,
        "at": 0,
        "what": "account_added",
        "actor": "command line",
        "username": "ana",
        "client_id": None,
        "sid": None,
        "address": "",
        "user_agent": "",
        "trace_id": "",
        "details": {"administrator": False},
    }


@pytest.mark.parametrize(
    "since", ["yesterday", "2h ago", "-2h", "9999999d", "2026-13-01", "", "0001-01-01", "\x1b[2J\n"]
)
def test_a_wrong_time_is_wrong_usage_in_one_line(ready: Run, since: str) -> None:
    result = ready("audit", "--since", since)
    assert result.returncode == 2
    assert result.stdout == ""
    (said,) = result.stderr.splitlines()
    assert "--since" in said
    assert said.isprintable()


@pytest.mark.parametrize("since", ["999999w", "1969-01-01", "2026-11-21T10:00+08:00", "2026-11-21 10:00"])
def test_other_times_are_times(ready: Run, since: str) -> None:
    assert ready("audit", "--since", since).returncode == 0


def test_the_recipe_names_every_event_and_types_what_works(filled: Run) -> None:
    recipe = (Path(__file__).parents[2] / "docs" / "recipes" / "read-the-audit-log.md").read_text(encoding="utf-8")
    table = recipe.split("## What is in it")[1].split("## What is not in it")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert re.findall(r"`(\w+)`", " ".join(rows)) == list(EVENT_NAMES)
    typed = re.findall(r"sso-portal -c production.ini (audit.*?)(?:   .*)?$", recipe, re.MULTILINE)
    assert len(typed) == 5
    for command in typed:
        if "--follow" not in command:
            assert filled(*command.replace("zp", "ana").split()).returncode == 0


@pytest.fixture
def following(filled: Run, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that follows the log."""
    command = [sys.executable, "-m", "sso_portal.cli.main", "-c", str(tmp_path / "portal.ini"), "audit", "--follow"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


def test_following_tells_what_comes_and_ends_well(filled: Run, following: subprocess.Popen[str]) -> None:
    assert following.stdout is not None
    assert following.stderr is not None
    assert following.stderr.readline() == "Waiting for what comes; Ctrl-C ends it.\n"
    filled("user", "disable", "ana")
    assert following.stdout.readline().endswith("ana was disabled · by the command line\n")
    following.send_signal(signal.SIGINT)
    assert following.communicate(timeout=20) == ("", "")
    assert following.returncode == 0


def test_who_has_read_enough_may_stop_reading(filled: Run, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sso_portal.cli.main", "-c", str(tmp_path / "portal.ini"), "audit"]
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (process.returncode, process.stderr) == (0, "")


def test_commands_leave_no_circumstances_behind(filled: Run, tmp_path: Path) -> None:
    ini = (tmp_path / "portal.ini").read_text().replace("%(here)s", str(tmp_path)).splitlines()[1:]
    portal = Portal(load_settings(dict(line.split(" = ", 1) for line in ini), {}))
    with portal.transaction() as unit:
        unit.clients.remove("shop")
    portal.close()
    assert [event["actor"] for event in events(filled, "--client", "shop")] == ["command line", "portal"]
