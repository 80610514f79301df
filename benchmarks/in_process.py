"""The portal in this process, asked without a server: to count what it does and to see where its time goes."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from benchmarks.known import CALLBACK, CLIENT_ID, CLIENT_SECRET, PASSWORD, USERNAME
from benchmarks.operations.operation import get, post
from benchmarks.provider import Provider
from benchmarks.served import SECRET
from benchmarks.visit import hidden_fields
from benchmarks.wire import Answer, Ask, Look
from sso_portal.app import make_app

_PORT = 9000


class PortalInProcess:
    """A new portal over SQLite in ``folder``, or over a database that has been served."""

    def __init__(self, folder: Path, *, database: Path | None = None) -> None:
        """``database`` is of a :class:`~benchmarks.served.ServedPortal`: it has the client and the person already."""
        file = database or folder / "portal.sqlite3"
        settings = {
            "sso.web.issuer": f"http://localhost:{_PORT}",
            "sso.storage.url": f"sqlite:///{file}",
            "sso.security.secret": SECRET,
        }
        self.app: Any = make_app(settings)
        self.portal: Any = self.app.registry.portal
        if database is None:
            self._furnish()
        self.provider = Provider(name="portal in process", port=_PORT, pid=os.getpid(), cookie="")
        self.provider.cookie = self._signed_in()

    def _furnish(self) -> None:
        self.portal.upgrade()
        self.portal.prepare()
        with self.portal.transaction() as unit:
            unit.users.add(USERNAME, email="zp@example.test", password=PASSWORD)
            metadata = {
                "client_name": "Bench",
                "redirect_uris": [CALLBACK],
                "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
                "scope": "openid profile email offline_access",
                "consent": "silent",
                "first_party": True,
                "id_token_signed_response_alg": "ES256",
            }
            unit.clients.add(metadata, client_id=CLIENT_ID, secret=CLIENT_SECRET)

    def _signed_in(self) -> str:
        page = self.ask(get(self.provider.host, "/o/login/"))
        given = _cookies(page)
        fields = {**hidden_fields(page.body.decode()), "username": USERNAME, "password": PASSWORD}
        headers = (f"Cookie: {given}", f"Origin: http://{self.provider.host}")
        answer = self.ask(post(self.provider.host, "/o/login/", fields, *headers))
        if answer.status != 303:  # noqa: PLR2004
            raise RuntimeError(f"nobody could sign in: {answer.status}")
        return f"{given}; {_cookies(answer)}"

    def ask(self, request: bytes) -> Answer:
        """Answer a request as it would stand on the wire."""
        head = ""

        def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
            nonlocal head
            head = "\r\n".join([f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)])

        parts = self.app(environ_of(request), start)
        try:
            body = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        return Answer(int(head[9:12]), head.encode("latin-1"), body)

    def drive(self, ask: Ask, look: Look) -> None:
        """Ask until nothing is left. Raises :class:`RuntimeError` at the first wrong answer."""
        while (request := ask(0)) is not None:
            answer = self.ask(request)
            if not look(0, answer):
                raise RuntimeError(f"{answer.status}: {answer.body[:200]!r}")

    def close(self) -> None:
        """Give the database back."""
        self.portal.close()


def environ_of(request: bytes) -> dict[str, Any]:
    """A request as a WSGI application sees it (PEP 3333)."""
    head, _, body = request.partition(b"\r\n\r\n")
    line, *headers = head.decode("latin-1").split("\r\n")
    method, target, _version = line.split(" ")
    path, _, query = target.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": str(_PORT),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for header in headers:
        name, _, value = header.partition(":")
        key = name.strip().upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value.strip()
    return environ


def _cookies(answer: Answer) -> str:
    lines = answer.head.decode("latin-1").split("\r\n")
    set_cookies = [line.partition(":")[2].strip() for line in lines if line.lower().startswith("set-cookie:")]
    return "; ".join(cookie.split(";")[0] for cookie in set_cookies)
