"""The benchmarks as a command: each operation is answered rightly, and all of them stand in the saved run."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.measuring import Effort
from benchmarks.operations import OPERATIONS
from benchmarks.peers import NotInstalled, Peer
from benchmarks.provider import Provider
from benchmarks.server import Server
from benchmarks.suite import Suite
from tests.support.source import ROOT


def benchmarks(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-m", "benchmarks", "--scale", "0.02", "--rounds", "1", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def test_every_row_is_measured_without_an_error(tmp_path: Path) -> None:
    page = (ROOT / "docs/performance.md").read_bytes()
    result = benchmarks("--server", "waitress", "--results", str(tmp_path))
    assert result.returncode == 0, result.stderr
    saved = json.loads((tmp_path / "portal.json").read_text(encoding="utf-8"))
    (portal,) = saved["providers"]
    assert [row["operation"] for row in portal["rows"]] == [kind.name for kind in OPERATIONS]
    assert [row["errors"] for row in portal["rows"]] == [0] * len(OPERATIONS)
    assert all(row["cpu_milliseconds"] > 0 for row in portal["rows"])
    assert (portal["wrong"], set(portal["counts"])) == ([], {kind.name for kind in OPERATIONS})
    assert saved["hello_milliseconds"] > 0
    assert (ROOT / "docs/performance.md").read_bytes() == page


def test_some_operations_are_measured_and_nothing_is_saved(tmp_path: Path) -> None:
    result = benchmarks("jwks", "--server", "waitress", "--results", str(tmp_path))
    assert result.returncode == 0, result.stderr
    assert "JWKS" in result.stdout
    assert "userinfo" not in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_an_operation_that_there_is_not_is_refused() -> None:
    result = benchmarks("flying")
    assert result.returncode == 1
    assert "there is no operation flying" in result.stderr


class Missing(Peer):
    """A peer that cannot be had."""

    name = "a peer from far away"

    def install(self) -> None:
        raise NotInstalled("no network")

    def serve(self, folder: Path) -> Server:
        raise AssertionError(folder)

    def provider(self, server: Server) -> Provider:
        raise AssertionError(server)


def test_a_peer_that_cannot_be_installed_is_said_and_the_run_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    def run() -> Suite:
        suite = Suite(Effort(connections=2, rounds=1, scale=0.01))
        suite.add_peer(Missing())
        return suite

    # In a thread: it begins a loop of events, and keeps to one core from then on; this one may have either already.
    with ThreadPoolExecutor(1) as thread:
        suite = thread.submit(run).result()
    assert [found.wrong for found in suite.run.providers] == [("everything: no network",)]
    assert "not measured: everything: no network" in capsys.readouterr().out
