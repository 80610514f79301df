"""A site that is nothing but a page with oidc-client-ts, on an origin of its own."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.node import CLIENTS

_PAGES = CLIENTS / "single_page"
_LIBRARY = CLIENTS / "node_modules" / "oidc-client-ts" / "dist" / "browser" / "oidc-client-ts.min.js"


class SinglePage:
    """Its small web server, and how it is registered with the portal."""

    def __init__(self, client_id: str, *grant_types: str) -> None:
        """Take a port and serve; :attr:`issuer` is told later."""
        if not _LIBRARY.is_file():
            raise RuntimeError("there are no client libraries; run scripts/ensure_node_clients.sh")
        self.client_id = client_id
        self.issuer = ""
        self._grant_types = list(grant_types)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def registration(self) -> dict[str, Any]:
        """For ``sso-portal client apply``."""
        return {
            "client_id": self.client_id,
            "client_name": f"Page {self.client_id}",
            "consent": "silent",
            "token_endpoint_auth_method": "none",
            "grant_types": self._grant_types,
            "redirect_uris": [f"{self.address}/callback", f"{self.address}/silent"],
            "post_logout_redirect_uris": [f"{self.address}/signed-out"],
        }

    def stop(self) -> None:
        """Serve no longer."""
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, path: str) -> tuple[str, bytes]:
        if path == "/oidc-client-ts.js":
            return "text/javascript", _LIBRARY.read_bytes()
        if path == "/app.js":
            return "text/javascript", (_PAGES / "app.js").read_bytes()
        if path == "/settings.js":
            settings = {"authority": self.issuer, "client_id": self.client_id}
            return "text/javascript", f"const settings = {json.dumps(settings)}".encode()
        return "text/html", (_PAGES / "index.html").read_bytes()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, body = page._answer(self.path.partition("?")[0])
                self.send_response(200)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: Any) -> None:
                """Nobody reads it."""

        return Handler
