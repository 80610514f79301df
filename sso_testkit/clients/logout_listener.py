"""A site that hears of sign-outs on its back channel, and answers as the test wants (Back-Channel Logout 1.0)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

from sso_testkit.relying_party import RelyingParty

_PATH = "/backchannel-logout"


class LogoutListener:
    """A WSGI application at a site's address; ``tokens`` are the logout tokens that it has heard, ``status`` is what it
    answers them with."""

    def __init__(self) -> None:
        """A site that confirms what it hears."""
        self.tokens: list[str] = []
        self.status = "200 OK"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Take a logout token, or show that somebody has arrived."""
        if environ["PATH_INFO"] == _PATH:
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
            self.tokens.append(parse_qs(body)["logout_token"][0])
            start_response(self.status, [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
            return [b""]
        start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"arrived"]


def listen_for_sign_outs(site: RelyingParty) -> LogoutListener:
    """Let the site of a client hear of sign-outs; it is registered for that."""
    address = f"https://{site.client_id}.example.test"
    listener = LogoutListener()
    site.sso.world.add(address, listener)
    site.sso.edit_client(site.client_id, backchannel_logout_uri=f"{address}{_PATH}")
    return listener
