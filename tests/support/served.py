"""A portal in a process of its own, on loopback, that a test may kill."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

from tests.support.demo import free_base_port

CALLBACK = "http://127.0.0.1:1/callback"
AUTHORIZE = f"/o/authorize/?response_type=code&client_id=load&scope=openid&redirect_uri={CALLBACK}"


class Served:
    """``sso-portal serve`` over a database in ``folder``."""

    def __init__(
        self, folder: Path, *, workers: int = 1, server: str = "waitress", storage_url: str = "", settings: str = ""
    ) -> None:
        """Make the database, one person (``zp``) and one silent client (``load``); ``settings`` are further lines."""
        self.server = server
        self.port = free_base_port()
        self.address = f"http://localhost:{self.port}"
        self.workers = workers
        self.ini = folder / "served.ini"
        self.log = folder / "served.log"
        self.ini.write_text(
            "[app:main]\n"
            f"sso.web.issuer = {self.address}\nsso.web.listen = 127.0.0.1:{self.port}\nsso.web.threads = 8\n"
            f"sso.storage.url = {storage_url or f'sqlite:///{folder}/served.sqlite3'}\n"
            "sso.security.secret = a secret for load tests and nothing else\n"
            "sso.security.argon2_time_cost = 1\nsso.security.argon2_memory_kib = 64\n"
            "sso.sign_in.account_free_failures = 500\nsso.sign_in.account_lock_failures = 501\n"
            "sso.sign_in.address_free_failures = 500\nsso.sign_in.address_lock_failures = 501\n"
            f"{settings}"
        )
        self.command("db", "upgrade")
        self.command("user", "add", "zp", "--email", "zp@example.test", "--password-stdin", stdin="penadmin\n")
        added = ["client", "add", "--name", "Load", "--client-id", "load", "--secret-stdin", "--redirect-uri", CALLBACK]
        self.command(*added, "--consent", "silent", "--set", "require_pkce=false", stdin="a chosen secret\n")
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str, stdin: str = "") -> str:
        """Run the operators' command."""
        command = [sys.executable, "-m", "sso_portal.cli.main", "-c", str(self.ini), *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, check=True, timeout=60).stdout

    def start(self) -> None:
        """Start it and wait until it is ready."""
        command = [sys.executable, "-m", "sso_portal.cli.main", "-c", str(self.ini), "serve"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--workers", str(self.workers), "--server", self.server], stderr=log, start_new_session=True
            )
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                if requests.get(f"{self.address}/readyz", timeout=5).status_code == 200:
                    return
            except requests.ConnectionError:
                time.sleep(0.05)
        raise RuntimeError(f"the portal did not start:\n{self.log.read_text()}")

    def kill(self) -> None:
        """End it at once, without any chance to tidy up."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it as an operator does."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)

    def sign_in(self) -> requests.Session:
        """A browser in which ``zp`` is signed in."""
        browser = requests.Session()
        browser.trust_env = False
        page = browser.get(f"{self.address}/o/login/", timeout=30)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found is not None
        form = {"username": "zp", "password": "penadmin", "csrf_token": found[1], "next": "/healthz"}
        answer = browser.post(f"{self.address}/o/login/", data=form, allow_redirects=False, timeout=30)
        assert answer.status_code == 303, answer.text
        return browser

    def code(self, browser: requests.Session) -> str:
        """A fresh authorization code."""
        answer = browser.get(self.address + AUTHORIZE, allow_redirects=False, timeout=30)
        return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]

    def redeem(self, code: str, http: requests.Session | None = None) -> requests.Response:
        """Exchange a code for tokens."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        return (http or requests).post(
            f"{self.address}/o/token/", data=form, auth=("load", "a chosen secret"), timeout=30
        )

    def is_valid(self, access_token: str) -> bool:
        """Whether userinfo answers for an access token."""
        headers = {"Authorization": f"Bearer {access_token}"}
        return requests.get(f"{self.address}/o/userinfo/", headers=headers, timeout=30).status_code == 200
