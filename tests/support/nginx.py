"""A real nginx on loopback, with the configuration that docs/recipes/site-behind-nginx.md shows."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

from tests.support.source import ROOT

RECIPE = ROOT / "docs" / "recipes" / "site-behind-nginx.md"

_MAIN = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    default_type text/plain;
    {server}
    # A program that shows what it was told.
    server {{
        listen 127.0.0.1:{program};
        location / {{
            return 200 "$http_remote_user|$http_remote_name|$http_remote_email|$http_remote_groups";
        }}
    }}
}}
"""


def find_nginx() -> str:
    """The program on this machine. Fails the test when there is none; `make test` installs one."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    for name in (os.environ.get("NGINX", ""), "nginx"):
        found = shutil.which(name, path=path) if name else None
        if found:
            return found
    raise RuntimeError("there is no nginx; run scripts/ensure_nginx.sh")


def server_block(changes: dict[str, str]) -> str:
    """The recipe's own configuration with other addresses, each of which has to be in it."""
    found = re.search(r"```nginx\n(.*?)```", RECIPE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    text = re.sub(r".*ssl_certificate.*\n", "", found[1])
    for told, here in changes.items():
        assert told in text, told
        text = text.replace(told, here)
    return text


class Nginx:
    """nginx in front of the folder ``site``, on ``port``; below ``/app/`` there is a program on another port."""

    def __init__(self, folder: Path, *, portal_port: int, port: int, program_port: int) -> None:
        """Write its configuration into ``folder``."""
        self.address = f"http://127.0.0.1:{port}"
        self.log = folder / "error.log"
        self.site = folder / "site"
        self.site.mkdir()
        changes = {
            "listen 443 ssl": f"listen 127.0.0.1:{port}",
            "127.0.0.1:9000": f"127.0.0.1:{portal_port}",
            "https://sso.example.com": f"http://localhost:{portal_port}",
            "127.0.0.1:8080": f"127.0.0.1:{program_port}",
            "/srv/wiki": str(self.site),
        }
        self._file = folder / "nginx.conf"
        self._file.write_text(_MAIN.format(folder=folder, server=server_block(changes), program=program_port))
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        command = [find_nginx(), "-e", str(self.log), "-p", str(self._file.parent), "-c", str(self._file)]
        self._process = subprocess.Popen(command, start_new_session=True)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"nginx did not start:\n{self.log.read_text() if self.log.exists() else ''}")

    def stop(self) -> None:
        """End it."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=20)
