"""The command that runs one site: its settings, its start and its three ways to end."""

from __future__ import annotations

import io
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from demo_sites.serve import main, read_settings

SETTINGS = {
    "sso.issuer": "http://localhost:9",
    "sso.client_id": "project-center",
    "sso.client_secret": "not-to-be-repeated",
    "sso.scope": "openid",
    "sso.store": ":memory:",
}


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(port: int, *more: str) -> subprocess.Popen[str]:
    """The command in a process of its own, waited for until it answers (10 s at most)."""
    command = [
        sys.executable,
        "-m",
        "demo_sites.serve",
        "project_center",
        "--port",
        str(port),
        "--settings-json",
        "-",
        *more,
    ]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdin
    process.stdin.write(json.dumps(SETTINGS) + "\n")
    process.stdin.flush()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                assert answer.status == 200
                return process
        except OSError:
            time.sleep(0.05)
    process.kill()
    raise AssertionError(process.communicate()[1])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_quietly(number):
    process = start(free_port())
    process.send_signal(number)
    assert process.communicate(timeout=10)[1] == ""
    assert process.returncode == 0


def test_it_ends_with_its_standard_input_if_asked():
    process = start(free_port(), "--stop-with-stdin")
    assert process.poll() is None
    assert process.communicate(timeout=10)[1] == ""
    assert process.returncode == 0


def test_a_port_in_use_is_one_line_and_status_one(capsys, tmp_path):
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps(SETTINGS), "utf-8")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["talent_center", "--port", port, "--settings-json", str(settings)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "in use" in said


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"sso.issuer": 1}', '"not-to-be-repeated"'])
def test_settings_that_are_none_are_refused_without_being_repeated(monkeypatch, text):
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    with pytest.raises(ValueError, match=r"^the settings are not a JSON object of strings$"):
        read_settings("-")


def test_an_unknown_site_is_wrong_usage():
    with pytest.raises(SystemExit) as ended:
        main(["payroll_center", "--port", "1", "--settings-json", "-"])
    assert ended.value.code == 2
