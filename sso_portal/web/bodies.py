"""The body of a request, read at once.

WebOb reads through two wrappers and copies, for bodies that may be large or without an end. What comes so far is
neither: :mod:`sso_portal.web.limits` has looked at its length.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from pyramid.request import Request
from webob.request import DisconnectionError


def body_of(request: Request) -> bytes:
    """The body; whoever reads it later finds it too. Raises WebOb's ``DisconnectionError`` when a part is missing."""
    environ = request.environ
    length = environ.get("CONTENT_LENGTH") or ""
    if not length or environ.get("webob.is_body_seekable"):
        # Read before, or of a length that only its end tells.
        return bytes(request.body)
    body = _read(environ["wsgi.input"], int(length))
    environ["wsgi.input"], environ["webob.is_body_seekable"] = BytesIO(body), True
    return body


def _read(source: Any, length: int) -> bytes:
    body: bytes = source.read(length)
    while len(body) < length:
        more = source.read(length - len(body))
        if not more:
            raise DisconnectionError(f"Client disconnected ({length - len(body)} more bytes were expected)")
        body += more
    return body
