"""A running demo world for tests: processes of its own, loopback only, ended by their own id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60


@dataclass
class Demo:
    """``sso-portal demo`` under way."""

    base_port: int
    data: Path
    process: subprocess.Popen[bytes]

    @property
    def portal(self) -> str:
        """The portal's address."""
        return f"http://localhost:{self.base_port}"

    @property
    def project_center(self) -> str:
        """The project center's address."""
        return f"http://localhost:{self.base_port + 1}"

    @property
    def talent_center(self) -> str:
        """The talent center's address."""
        return f"http://localhost:{self.base_port + 2}"

    @property
    def partner_site(self) -> str:
        """The partner site's address."""
        return f"http://localhost:{self.base_port + 3}"

    @property
    def user_api(self) -> str:
        """user_api's address."""
        return f"http://localhost:{self.base_port + 11}"

    @property
    def project_api(self) -> str:
        """project_api's address."""
        return f"http://localhost:{self.base_port + 12}"

    @property
    def open_api(self) -> str:
        """open_api's address."""
        return f"http://localhost:{self.base_port + 13}"

    def edit_client(self, client_id: str, *assignments: str) -> None:
        """Change a client by the command line, as an operator would, and wait until the portal has noticed."""
        options = [part for assignment in assignments for part in ("--set", assignment)]
        self.command("client", "edit", client_id, *options)
        time.sleep(1.2)

    def command(self, *arguments: str, stdin: str = "") -> str:
        """Run ``sso-portal`` against the demo's database."""
        command = [sys.executable, "-m", "sso_portal.cli.main", "-c", str(self.data / "demo.ini"), *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, check=True, timeout=60).stdout

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_demo(data: Path) -> Demo:
    """Start a demo world and wait until everything answers."""
    data.mkdir(parents=True, exist_ok=True)
    base_port = free_base_port()
    ready = data / "ready"
    with suppress(FileNotFoundError):
        ready.unlink()
    command = [sys.executable, "-m", "sso_portal.cli.main", "demo", "--base-port", str(base_port)]
    process = subprocess.Popen(
        [*command, "--data", str(data), "--once-ready-file", str(ready)],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(f"the demo did not start; its exit status is {process.poll()}")
        time.sleep(0.05)
    return Demo(base_port, data, process)


def free_base_port() -> int:
    """A port that is free together with those that the demo puts beside it."""
    for base in range(20_000 + os.getpid() % 5000, 40_000, 17):
        if all(_is_free(base + offset) for offset in (0, 1, 2, 3, 4, 5, 11, 12, 13)):
            return base
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
