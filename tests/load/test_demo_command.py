"""``sso-portal demo`` as a command: other ports over the same data, taken ports, the end."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import requests

from tests.support.demo import free_base_port, start_demo


def test_the_same_data_can_be_started_at_other_ports(tmp_path: Path) -> None:
    first = start_demo(tmp_path)
    first.edit_client("talent-center", "consent=explicit")
    first.stop()
    assert first.process.returncode == 0
    second = start_demo(tmp_path)
    try:
        shown = second.command("client", "show", "talent-center")
        assert f"{second.talent_center}/sso/callback" in shown
        assert "explicit" in shown
        answer = requests.get(f"{second.project_center}/mine", timeout=10)
        assert answer.url.startswith(f"{second.portal}/o/login/")
    finally:
        second.stop()


def test_each_api_answers_and_is_guarded(tmp_path: Path) -> None:
    demo = start_demo(tmp_path)
    try:
        for api in (demo.user_api, demo.project_api, demo.open_api):
            refused = requests.get(f"{api}/me", timeout=10)
            assert refused.status_code == 401
            assert (
                f'resource_metadata="{api}/.well-known/oauth-protected-resource"' in refused.headers["WWW-Authenticate"]
            )
            assert requests.get(f"{api}/healthz", timeout=10).json() == {"status": "up"}
        # As the platform's description has it: the password grant, then the call again.
        form = {"grant_type": "password", "username": "zp", "password": "penadmin", "client_id": "mobile-app"}
        token = requests.post(f"{demo.portal}/o/token/", data=form, timeout=10).json()["access_token"]
        called = requests.get(f"{demo.user_api}/me", headers={"Authorization": f"Bearer {token}"}, timeout=10)
        assert (called.status_code, called.json()["username"]) == (200, "zp")
    finally:
        demo.stop()


def test_ctrl_c_ends_everything_also_when_started_in_the_background(tmp_path: Path) -> None:
    demo = start_demo(tmp_path)
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(timeout=20) == 0
    for port in (demo.base_port + offset for offset in (0, 1, 2, 3, 4, 11, 12, 13)):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_taken_port_is_refused_in_one_line_and_nothing_is_left_running(tmp_path: Path) -> None:
    base = free_base_port()
    for offset in (0, 2):
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", base + offset))
            taken.listen()
            command = [sys.executable, "-m", "sso_portal.cli.main", "demo", "--base-port", str(base)]
            result = subprocess.run(
                [*command, "--data", str(tmp_path / str(offset))], capture_output=True, text=True, timeout=60
            )
            assert result.returncode == 1
            assert "--base-port" in result.stderr
            assert "Traceback" not in result.stderr
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", base + 1)) != 0
