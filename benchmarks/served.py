"""The portal as operators run it: a process of its own, a database on disk, every change durable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.known import CALLBACK, CLIENT_ID, CLIENT_SECRET, PASSWORD, USERNAME
from benchmarks.server import Server, free_port

_SETTINGS = """\
[app:main]
use = egg:sso-portal
sso.web.issuer = http://localhost:{port}
sso.web.listen = 127.0.0.1:{port}
sso.storage.url = sqlite:///{folder}/portal.sqlite3
sso.security.secret = {secret}
{further}
"""
SECRET = "a secret for the benchmark and nothing else"  # noqa: S105
_GRANTS = ("authorization_code", "refresh_token", "client_credentials")


class ServedPortal(Server):
    """``sso-portal serve`` with one person and one silent client, in ``folder``."""

    def __init__(
        self, folder: Path, *, server: str = "waitress", settings: str = "", serve: tuple[str, ...] = ()
    ) -> None:
        """Make its database. ``settings`` are further lines of the ini file, ``serve`` further options of the command;
        ``server`` is given to it when it is another than the one it has by itself."""
        port = free_port()
        self.folder = folder
        self.name = f"portal on {server}"
        self.ini = folder / "portal.ini"
        self.database = folder / "portal.sqlite3"
        self.ini.write_text(
            _SETTINGS.format(port=port, folder=folder, secret=SECRET, further=settings), encoding="utf-8"
        )
        chosen = () if server == "waitress" else ("--server", server)
        super().__init__(self._command_line("serve", *chosen, *serve), port, "/readyz", folder / "portal.log")
        self.command("db", "upgrade")
        self.command("user", "add", USERNAME, "--email", "zp@example.test", "--password-stdin", stdin=PASSWORD)
        grants = [part for grant in _GRANTS for part in ("--grant-type", grant)]
        self.command(
            *("client", "add", "--name", "Bench", "--client-id", CLIENT_ID, "--secret-stdin"),
            *("--redirect-uri", CALLBACK, *grants, "--scope", "openid profile email offline_access"),
            *("--consent", "silent", "--set", "id_token_signed_response_alg=ES256", "--set", "first_party=true"),
            stdin=CLIENT_SECRET,
        )

    def command(self, *arguments: str, stdin: str = "") -> str:
        """Run the operators' command; answers what it prints."""
        return subprocess.run(  # noqa: S603 - our own command
            self._command_line(*arguments), input=f"{stdin}\n", capture_output=True, text=True, check=True, timeout=600
        ).stdout

    def _command_line(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "sso_portal.cli.main", "-c", str(self.ini), *arguments]
