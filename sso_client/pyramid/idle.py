"""What lets a page warn the person before her session ends: the time that is left, and a script that watches it."""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

from importlib.resources import files
from typing import Any

from pyramid.response import Response

LARGEST_FORM = 4096
"""Bytes of a form that holds a token."""

_STATIC = files("sso_client").joinpath("static")
_SCRIPT = _STATIC.joinpath("idle.js").read_text("utf-8")
_STYLE = _STATIC.joinpath("idle.css").read_text("utf-8")


def session_state(request: Any) -> Any:
    """GET /sso/session: whether somebody is signed in, and for how many seconds yet. Asking is no use of it."""
    sso = request.sso
    ends_at = sso.ends_at
    return _answer(
        200,
        signed_in=ends_at is not None,
        ends_in=None if ends_at is None else max(0, ends_at - sso.kit.now()),
        can_stay=sso.session_at_rest is not None and sso.session_at_rest.can_stay,
    )


def stay_signed_in(request: Any) -> Any:
    """POST /sso/session: the person wants to stay; that counts as use, here and at the portal.

    Only for a script of the site's own pages: by Fetch Metadata, and with the session's token.
    """
    sso, session = request.sso, request.sso.session_at_rest
    if session is not None:
        ours = request.headers.get("Sec-Fetch-Site") == "same-origin" and (request.content_length or 0) <= LARGEST_FORM
        if not ours or not sso.csrf_token_is_right():
            return _answer(403, error="forbidden")
        sso.kit.stay(session)
        del sso.session_at_rest  # the portal may have said that it lives longer, or not at all
    return session_state(request)


def script(request: Any) -> Any:
    """GET /sso/idle.js: the script for the site's pages."""
    return _file(_SCRIPT, "text/javascript")


def style(request: Any) -> Any:
    """GET /sso/idle.css: the look of its banner."""
    return _file(_STYLE, "text/css")


def _file(text: str, kind: str) -> Any:
    response = Response(text, content_type=kind, charset="utf-8", cache_control="public, max-age=3600")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _answer(status: int, **members: Any) -> Any:
    response = Response(json_body=members, status=status)
    response.headers.update({"Cache-Control": "no-store", "Vary": "Cookie", "X-Content-Type-Options": "nosniff"})
    return response
