"""A site that hears of sign-outs on its back channel, and answers as the test wants."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

from tests.support.relying_party import RelyingParty

PATH = "/backchannel-logout"


class LogoutListener:
    """Stands at a site's address; ``status`` is what it answers a logout token with."""

    def __init__(self) -> None:
        """A site that confirms what it hears."""
        self.tokens: list[str] = []
        self.status = "200 OK"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Take a logout token, or show what arrived."""
        if environ["PATH_INFO"] == PATH:
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
            self.tokens.append(parse_qs(body)["logout_token"][0])
            start_response(self.status, [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
            return [b""]
        start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"arrived"]


def listen(rp: RelyingParty) -> LogoutListener:
    """Let the site of ``rp`` hear of sign-outs."""
    address = f"https://{rp.client_id}.example.test"
    listener = LogoutListener()
    rp.sso.world.add(address, listener)
    rp.sso.edit_client(rp.client_id, backchannel_logout_uri=f"{address}{PATH}")
    return listener
