"""A site that loses its session at once: whoever comes with an answer is sent to the portal again."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode


class BouncingSite:
    """Its small web server, and how it is registered with the portal."""

    def __init__(self) -> None:
        """Take a port and serve; :attr:`issuer` is told later. ``visits`` counts who came back."""
        self.issuer = ""
        self.visits = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def registration(self) -> dict[str, Any]:
        """For ``sso-portal client apply``."""
        return {
            "client_id": "bouncing",
            "client_name": "Bouncing Site",
            "client_name#zh-CN": "弹球站点",
            "consent": "silent",
            "require_pkce": False,
            "client_uri": f"{self.address}/",
            "redirect_uris": [f"{self.address}/cb"],
        }

    def stop(self) -> None:
        """Serve no longer."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.visits += 1
                request = {
                    "response_type": "code",
                    "client_id": "bouncing",
                    "redirect_uri": f"{site.address}/cb",
                    "scope": "openid",
                    "state": str(site.visits),
                }
                self.send_response(302)
                self.send_header("Location", f"{site.issuer}/o/authorize/?{urlencode(request)}")
                self.end_headers()

            def log_message(self, *_words: Any) -> None:
                """Quietly."""

        return Handler
