"""Browser apps of other origins that may call the API (Fetch standard, CORS protocol). No cookie has any part in it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sso_client.guard.reply import Reply

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
HEADERS = "Authorization, Content-Type, DPoP, Idempotency-Key, If-Match, If-None-Match"
EXPOSED = "WWW-Authenticate, Retry-After, Location, ETag"
_PREFLIGHT_SECONDS = "600"


def preflight(environ: dict[str, Any], origins: Collection[str]) -> Reply | None:
    """Return the answer to a browser that asks what a page may send, None for any other request."""
    asked = environ.get("HTTP_ORIGIN") and environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD")
    if environ.get("REQUEST_METHOD") != "OPTIONS" or not asked:
        return None
    reply = Reply(204, ())
    if environ.get("HTTP_ORIGIN") not in origins:
        return reply
    return reply.with_headers(
        ("Access-Control-Allow-Methods", METHODS),
        ("Access-Control-Allow-Headers", HEADERS),
        ("Access-Control-Max-Age", _PREFLIGHT_SECONDS),
    )


def shared_headers(environ: dict[str, Any], origins: Collection[str]) -> list[tuple[str, str]]:
    """Return what lets a page of a listed origin read an answer; caches learn that others get another one."""
    if not origins:
        return []
    sender = environ.get("HTTP_ORIGIN", "")
    headers = [("Vary", "Origin")]
    if sender in origins:
        headers += [("Access-Control-Allow-Origin", sender), ("Access-Control-Expose-Headers", EXPOSED)]
    return headers
