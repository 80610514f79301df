"""``sso-portal`` as operators and scripts use it: its usage, its settings and its database."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import Result, Run, answer, ready, refused, run, upgraded

__all__ = ["ready", "run", "upgraded"]


def test_a_database_that_is_not_upgraded_is_refused(run: Run) -> None:
    assert "sso-portal db upgrade" in refused(run("user", "list"))
    assert refused(run("serve"))
    assert run("db", "upgrade").returncode == 0
    assert run("db", "check").returncode == 0


def test_a_fresh_database_has_nobody_in_it(ready: Run) -> None:
    assert answer(ready("user", "list", "--json")) == []
    assert answer(ready("client", "list", "--json")) == []
    assert len(answer(ready("key", "list", "--json"))) == 6


def test_a_database_without_some_key_is_not_right(ready: Run, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "portal.sqlite3") as connection:
        connection.execute("DELETE FROM keys WHERE algorithm = 'EdDSA'")
    connection.close()
    assert "sso-portal db upgrade" in refused(ready("db", "check"))
    assert ready("db", "upgrade").returncode == 0
    assert ready("db", "check").returncode == 0


def test_sweeping_an_empty_database(ready: Run) -> None:
    deleted = answer(ready("db", "sweep", "--json"))
    assert {"codes", "tokens", "sessions", "attempts", "keys"} <= set(deleted)
    assert set(deleted.values()) == {0}


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("user",),
        ("user", "add"),
        ("client", "edit", "x"),
        ("client", "add"),
        ("serve", "--workers", "0"),
    ],
)
def test_wrong_usage_is_status_two(ready: Run, arguments: tuple[str, ...]) -> None:
    assert ready(*arguments).returncode == 2


def test_another_secret_than_the_one_the_keys_were_made_with(ready: Run) -> None:
    environment = {"SSO__SECURITY__SECRET": "quite another secret, as long as it must be"}
    assert "sso.security.secret" in refused(ready("db", "check", environment=environment))
    assert "sso.security.secret" in refused(ready("serve", environment=environment))
    assert "sso.security.secret" in refused(ready("key", "rotate", environment=environment))
    assert "sso.security.secret" in refused(ready("db", "sweep", environment=environment))
    assert ready("db", "check").returncode == 0


def test_all_wrong_settings_are_listed_at_once(run: Run) -> None:
    environment = {
        "SSO__SECURITY__SECRET": "short",
        "SSO__WEB__ISSUER": "http://sso.example.com",
        "SSO__BRAND__ACCENT": "#ffff00",
        "SSO__SESSION__IDLE_SECONDS": "0",
    }
    result = run("db", "check", environment=environment)
    assert result.returncode == 1
    for name in ("sso.security.secret", "sso.web.issuer", "sso.brand.accent", "sso.session.idle_seconds"):
        assert name in result.stderr
    result = run("db", "check", environment={"SSO__WEB__ISUER": "x", "SSO__WEB__THREADS": "many"})
    assert result.returncode == 1
    assert "sso.web.isuer: there is no such setting" in result.stderr
    assert "sso.web.threads: expected a whole number" in result.stderr


def test_a_settings_file_that_is_not_there(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "sso_portal.cli.main", "-c", str(tmp_path / "none.ini"), "user", "list"]
    result = subprocess.run(line, capture_output=True, text=True, timeout=60)
    assert "none.ini" in refused(Result(result.returncode, result.stdout, result.stderr))
