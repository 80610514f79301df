"""Sites of the demo in processes of the test: a third one beside the two, and one that is stopped and started."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.demo import START_SECONDS, Demo


@dataclass
class SiteProcess:
    """One site: the program ``module`` as the client ``client_id``."""

    demo: Demo
    module: str
    client_id: str
    secret: str
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def address(self) -> str:
        """Where people find it."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        settings = {
            "sso.issuer": self.demo.portal,
            "sso.client_id": self.client_id,
            "sso.client_secret": self.secret,
            "sso.scope": "openid profile email",
            "sso.store": str((self.demo.data / f"{self.client_id}.sqlite3").resolve()),
            "sso.site_url": self.address,
            "sso.allow_http": "true",
        }
        command = [sys.executable, "-m", "demo_sites.serve", self.module, "--host", "127.0.0.1", "--port"]
        self.process = subprocess.Popen([*command, str(self.port), "--settings-json", "-"], stdin=subprocess.PIPE)
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(settings).encode() + b"\n")
        self.process.stdin.close()
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"{self.client_id} did not start")

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None


def third_site(demo: Demo) -> SiteProcess:
    """A site of another company, registered with the portal as one that always asks; not started."""
    port, secret = demo.base_port + 5, "the secret of the third site in this world"
    address = f"http://localhost:{port}"
    options = ["--redirect-uri", f"{address}/sso/callback", "--post-logout-redirect-uri", f"{address}/"]
    told = ["--backchannel-logout-uri", f"{address}/sso/backchannel-logout", "--consent", "explicit"]
    added = ["client", "add", "--client-id", "third-site", "--name", "Third Site", "--secret-stdin"]
    demo.command(*added, *options, *told, "--set", f"client_uri={address}/", stdin=f"{secret}\n")
    return SiteProcess(demo, "talent_center", "third-site", secret, port)


def take_over(demo: Demo, module: str, client_id: str, port: int) -> SiteProcess:
    """Stop one of the demo's own sites; answers the same site for the test to start."""
    for child in _children(demo.process.pid):
        if module.encode() in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(child, signal.SIGKILL)
    secret = json.loads((demo.data / "site-secrets.json").read_text())[client_id]
    site = SiteProcess(demo, module, client_id, secret, port)
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return site
        time.sleep(0.05)
    raise RuntimeError(f"{client_id} did not stop")


def _children(pid: int) -> list[int]:
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
