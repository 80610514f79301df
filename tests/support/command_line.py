"""``sso-portal``, run in this process over a database of the test's own."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from unittest.mock import patch

import pytest

from sso_portal.cli.main import main

INI = (
    "[app:main]\nsso.web.issuer = http://localhost:9000\nsso.storage.url = sqlite:///%(here)s/portal.sqlite3\n"
    "sso.storage.sqlite_synchronous = off\nsso.security.secret = a secret with a % sign, long enough to be one\n"
    "sso.security.argon2_time_cost = 1\nsso.security.argon2_memory_kib = 64\n"
)


@dataclass
class Result:
    """What a command said and how it ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Result]


def run_in(folder: Path, *arguments: str, stdin: str = "", environment: dict[str, str] | None = None) -> Result:
    """Run the command in this process, as the console script does."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    argv = ["sso-portal", "-c", str(folder / "portal.ini"), *arguments]
    with (
        patch.object(sys, "argv", argv),
        patch.object(sys, "stdin", io.StringIO(stdin)),
        patch.dict(os.environ, environment or {}),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
    return Result(status, out.getvalue(), err.getvalue())


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the command over a database that does not exist yet."""
    (tmp_path / "portal.ini").write_text(INI)
    return partial(run_in, tmp_path)


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that is migrated, to be copied."""
    return _upgraded(tmp_path_factory.getbasetemp() / "upgraded")


@cache
def _upgraded(folder: Path) -> Path:
    """Once for all modules: making keys takes its time."""
    folder.mkdir()
    (folder / "portal.ini").write_text(INI)
    assert run_in(folder, "db", "upgrade").returncode == 0
    return folder


@pytest.fixture
def ready(upgraded: Path, tmp_path: Path) -> Run:
    """Runs the command over a fresh database of its own."""
    shutil.copytree(upgraded, tmp_path, dirs_exist_ok=True)
    return partial(run_in, tmp_path)


def answer(result: Result) -> object:
    """What a command that went well answered, as JSON."""
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def refused(result: Result) -> str:
    """Why a command refused, in its one line."""
    assert result.returncode == 1, (result.stdout, result.stderr)
    assert result.stderr.count("\n") == 1, "one line says why"
    assert "Traceback" not in result.stderr
    return result.stderr
