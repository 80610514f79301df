"""What the API tells about itself to clients that do not know it yet (RFC 9728 section 2)."""

from __future__ import annotations

from typing import Any

from sso_client.guard.addresses import WELL_KNOWN, identifier_of, metadata_path, path_of
from sso_client.guard.reply import Reply, json_reply
from sso_client.guard.settings import GuardSettings

_KEPT = ("Cache-Control", "public, max-age=300")


def metadata_reply(environ: dict[str, Any], settings: GuardSettings) -> Reply | None:
    """Return the document if the request is for it: at the well-known path, with the identifier's path or without."""
    if environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
        return None
    if path_of(environ).rstrip("/") not in (WELL_KNOWN, metadata_path(environ, settings)):
        return None
    reply = json_reply(200, "application/json", _document(environ, settings), _KEPT)
    return reply if environ["REQUEST_METHOD"] == "GET" else Reply(200, reply.headers)


def _document(environ: dict[str, Any], settings: GuardSettings) -> dict[str, Any]:
    document = {
        "resource": identifier_of(environ, settings),
        "authorization_servers": [settings.issuer],
        "scopes_supported": list(settings.scopes),
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": list(settings.algorithms),
        "resource_name": settings.name,
    }
    return {name: value for name, value in document.items() if value}
