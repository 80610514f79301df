"""The demo's sites and APIs: each a process of its own that ends when this one does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sso_portal.base.ids import token
from sso_portal.cli.demo_flows import DemoFlows
from sso_portal.cli.demo_table import ROWS, SITE, Row

_START_SECONDS = 30


@dataclass
class DemoSite:
    """A row of the table at its place. ``places`` are the addresses of all, by client_id; ``secret`` is "" for a client
    without one."""

    row: Row
    places: Mapping[str, str]
    data: Path
    secret: str = field(repr=False)
    listen: str
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def client_id(self) -> str:
        """Its name at the portal."""
        return self.row.client_id

    @property
    def name(self) -> str:
        """What people call it."""
        return self.row.name

    @property
    def is_served(self) -> bool:
        """Whether it is a process that listens."""
        return bool(self.row.offset)

    @property
    def address(self) -> str:
        """Where people find it; "" for what does not listen."""
        return self.places.get(self.client_id, "")

    @property
    def command(self) -> str:
        """How it is tried, when it is not served."""
        return str(self._placed(self.row.command))

    def metadata(self) -> dict[str, Any]:
        """How it is registered."""
        names = {"client_name": self.row.name, "client_name#zh-CN": self.row.chinese_name}
        return {**names, **self.row.metadata, **self.addresses()}

    def addresses(self) -> dict[str, Any]:
        """The part of its registration that depends on where it is."""
        return {member: self._placed(value) for member, value in self.row.addresses.items()}

    def settings(self) -> dict[str, str]:
        """What its process is told."""
        shared = {
            "sso.issuer": self.places["portal"],
            "sso.client_id": self.client_id,
            "sso.client_secret": self.secret,
            "sso.allow_http": "true",
        }
        return {**shared, **self._own_settings(), **{name: self._placed(v) for name, v in self.row.settings.items()}}

    def _own_settings(self) -> dict[str, str]:
        file = (self.data / f"{self.client_id}.sqlite3").resolve()
        if self.row.kind == SITE:
            return {"sso.scope": "openid profile email", "sso.store": str(file), "sso.site_url": self.address}
        return {"guard.store": str(file.with_suffix(".guard.sqlite3")), "demo.database": str(file)}

    def _placed(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._placed(item) for item in value]
        return value.format_map({**self.places, "self": self.address}) if isinstance(value, str) else value

    def start(self, flows: DemoFlows) -> None:
        """Start its process. What a site sees of people's browsers comes back through a pipe; an API sees none."""
        if not self.is_served:
            return
        if self.row.kind != SITE:
            self._run(self.settings())
            return
        self._keep_settings()
        pipe, flow_url = flows.join(self.client_id, self.address, self.row.name, self.row.chinese_name)
        self._run({**self.settings(), "demo.flow_pipe": str(pipe), "demo.flow_url": flow_url}, pipe)
        os.close(pipe)

    def _keep_settings(self) -> None:
        """Beside its data, for the site's other programs: the partner has a nightly job."""
        file = self.data / f"{self.client_id}.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(self.settings()))

    def _run(self, settings: Mapping[str, str], *pipes: int) -> None:
        """The process. Settings go through standard input, whose end tells it that we are gone."""
        host, _, port = self.listen.rpartition(":")
        command = [sys.executable, "-m", "demo_sites.serve", self.row.module, "--host", host, "--port", port]
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [*command, "--settings-json", "-", "--stop-with-stdin"], stdin=subprocess.PIPE, pass_fds=pipes
        )
        if self.process.stdin is not None:
            self.process.stdin.write(json.dumps(settings).encode() + b"\n")
            self.process.stdin.flush()

    def wait(self) -> bool:
        """Wait until it takes connections; ``False`` when it ended or took too long."""
        host, _, port = self.listen.rpartition(":")
        deadline = time.monotonic() + _START_SECONDS
        while self.is_served and time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                return False
            try:
                socket.create_connection((host, int(port)), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return True
        return not self.is_served


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
    """Everything in the table with its secrets, which stay the same from start to start."""
    file = data / "site-secrets.json"
    secrets = json.loads(file.read_text()) if file.exists() else {}
    for row in ROWS:
        if row.has_secret:
            secrets.setdefault(row.client_id, token())
    file.touch(mode=0o600)
    file.write_text(json.dumps(secrets))
    listen = "127.0.0.1" if host == "localhost" else host
    places = {row.client_id: f"http://{host}:{base_port + row.offset}" for row in ROWS if row.offset}
    return [
        DemoSite(
            row=row,
            places={**places, "portal": issuer},
            data=data,
            secret=secrets[row.client_id] if row.has_secret else "",
            listen=f"{listen}:{base_port + row.offset}",
        )
        for row in ROWS
    ]
