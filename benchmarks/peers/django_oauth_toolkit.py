"""django-oauth-toolkit 3.4 on gunicorn, with SQLite."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from benchmarks.known import CALLBACK, CLIENT_ID, CLIENT_SECRET, MACHINE_ID, PASSWORD, USERNAME
from benchmarks.peers.peer import CACHE, Peer, run
from benchmarks.provider import Provider
from benchmarks.server import Server, free_port
from benchmarks.visit import Visit

_WANTED = ("django-oauth-toolkit==3.4.1", "django==5.2.19", "gunicorn==23.0.0")
_PLACE = CACHE / "django-oauth-toolkit"
_SITE = Path(__file__).parent / "django_oauth_toolkit_site"


class DjangoOauthToolkit(Peer):
    """In a virtual environment of its own."""

    name = "django-oauth-toolkit 3.4 on gunicorn"
    notes = (
        "one gunicorn worker with 8 threads (gthread), SQLite in WAL mode, synchronous=FULL",
        "id_tokens are signed RS256: it has no ES256",
        "client secrets stand in its database as they are: by default it would hash them by PBKDF2 at each request",
        "two clients, since one has one grant",
    )

    def install(self) -> None:
        """By pip; written last is the list of what is there, so that half an installation is made again."""
        stamp, wanted = _PLACE / "installed", "\n".join(_WANTED)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        CACHE.mkdir(exist_ok=True)
        run([sys.executable, "-m", "venv", "--clear", str(_PLACE)], CACHE)
        run([str(_PLACE / "bin/python"), "-m", "pip", "install", "--disable-pip-version-check", "-q", *_WANTED], CACHE)
        stamp.write_text(wanted)

    def serve(self, folder: Path) -> Server:
        """Furnish and start it."""
        environment = {
            **os.environ,
            "BENCH_FOLDER": str(folder),
            "DJANGO_SETTINGS_MODULE": "site_settings",
            "PYTHONPATH": str(_SITE),
        }
        told = {"folder": str(folder), "username": USERNAME, "password": PASSWORD, "secret": CLIENT_SECRET}
        told |= {"client_id": CLIENT_ID, "machine_id": MACHINE_ID, "callback": CALLBACK}
        run([str(_PLACE / "bin/python"), str(_SITE / "furnish.py"), json.dumps(told)], folder, environment)
        port = free_port()
        command = [str(_PLACE / "bin/gunicorn"), "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
        command += ["--workers", "1", "--threads", "8", "--keep-alive", "75", "django.core.wsgi:get_wsgi_application()"]
        server = Server(command, port, "/healthz", folder / "peer.log", environment)
        server.start()
        return server

    def provider(self, server: Server) -> Provider:
        """Signed in by Django's own form."""
        visit = Visit(server.port)
        visit.sign_in("/login/", username=USERNAME, password=PASSWORD)
        return Provider(
            name=self.name,
            port=server.port,
            pid=server.pid,
            cookie=visit.cookie("sessionid"),
            machine_id=MACHINE_ID,
            login="/login/",
            discovery="/o/.well-known/openid-configuration",
            jwks="/o/.well-known/jwks.json",
            csrf_field="csrfmiddlewaretoken",
        )
