"""What stands at a redirect URI when only the parameters matter that arrive there."""

from __future__ import annotations

from typing import Any


class RedirectPage:
    """A WSGI application that answers everything with a word."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """Say that the person has arrived."""
        start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"arrived"]
