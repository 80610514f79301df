"""The demo's relying sites: each a process of its own that ends when this one does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sso_portal.base.ids import token
from sso_portal.cli.demo_flows import DemoFlows

_START_SECONDS = 30


@dataclass
class DemoSite:
    """One relying site of the demo."""

    module: str
    client_id: str
    name: str
    chinese_name: str
    host: str
    port: int
    data: Path
    issuer: str
    secret: str
    sibling: str
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Where people find it."""
        return f"http://{self.host}:{self.port}"

    @property
    def listen(self) -> str:
        """Where it listens: address and port."""
        return f"{'127.0.0.1' if self.host == 'localhost' else self.host}:{self.port}"

    def metadata(self) -> dict[str, Any]:
        """How it is registered."""
        return {
            "client_name": self.name,
            "client_name#zh-CN": self.chinese_name,
            **self.addresses(),
            "scope": "openid profile email",
            "consent": "silent",
            "first_party": True,
            "id_token_signed_response_alg": "ES256",
        }

    def addresses(self) -> dict[str, Any]:
        """The part of its registration that depends on where it is."""
        return {
            "client_uri": f"{self.address}/",
            "redirect_uris": [f"{self.address}/sso/callback"],
            "initiate_login_uri": f"{self.address}/sso/sign-in",
            "post_logout_redirect_uris": [f"{self.address}/"],
            "backchannel_logout_uri": f"{self.address}/sso/backchannel-logout",
        }

    def start(self, flows: DemoFlows) -> None:
        """Start its process. Settings go through standard input, whose end tells it that we are gone; what it sees of
        people's browsers comes back through a pipe."""
        host, _, port = self.listen.rpartition(":")
        command = [sys.executable, "-m", "demo_sites.serve", self.module, "--host", host, "--port", port]
        pipe, flow_url = flows.join(self.client_id, self.address, self.name, self.chinese_name)
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [*command, "--settings-json", "-", "--stop-with-stdin"], stdin=subprocess.PIPE, pass_fds=(pipe,)
        )
        os.close(pipe)
        settings = {
            "sso.issuer": self.issuer,
            "sso.client_id": self.client_id,
            "sso.client_secret": self.secret,
            "sso.scope": "openid profile email",
            "sso.store": str((self.data / f"{self.client_id}.sqlite3").resolve()),
            "sso.site_url": self.address,
            "sso.allow_http": "true",
            "demo.sibling_url": self.sibling,
            "demo.flow_pipe": str(pipe),
            "demo.flow_url": flow_url,
        }
        if self.process.stdin is not None:
            self.process.stdin.write(json.dumps(settings).encode() + b"\n")
            self.process.stdin.flush()

    def wait(self) -> bool:
        """Wait until it takes connections; ``False`` when it ended or took too long."""
        host, _, port = self.listen.rpartition(":")
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                return False
            try:
                socket.create_connection((host, int(port)), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return True
        return False


def stop_all(sites: Iterable[DemoSite]) -> None:
    """End the sites' processes, all at once, and wait for them."""
    processes = [site.process for site in sites if site.process is not None]
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def demo_sites(host: str, base_port: int, data: Path, issuer: str) -> list[DemoSite]:
    """The sites of the demo world with their secrets, which stay the same from start to start."""
    file = data / "site-secrets.json"
    secrets = json.loads(file.read_text()) if file.exists() else {}
    known = (
        ("project_center", "project-center", "Project Center", "项目中心", 1, 2),
        ("talent_center", "talent-center", "Talent Center", "人才中心", 2, 1),
    )
    for _, client_id, *_rest in known:
        secrets.setdefault(client_id, token())
    file.touch(mode=0o600)
    file.write_text(json.dumps(secrets))
    return [
        DemoSite(
            module=module,
            client_id=client_id,
            name=name,
            chinese_name=chinese_name,
            host=host,
            port=base_port + offset,
            data=data,
            issuer=issuer,
            secret=secrets[client_id],
            sibling=f"http://{host}:{base_port + sibling}",
        )
        for module, client_id, name, chinese_name, offset, sibling in known
    ]
