"""``/o/check_session/``: the frame that sites' pages ask whether a sign-in is still there.

OpenID Connect Session Management 1.0, section 3.2. The page is the same for everybody; its script does all the work.
"""

from __future__ import annotations

from pyramid.renderers import render
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.web.security import FRAME_POLICY

_CACHE_SECONDS = 300


def show(request: Request) -> Response:
    """The page, for frames of any site: it shows nothing that could be clicked on."""
    script = request.registry.assets.address("check_session.js")
    text = render("sso_portal:web/templates/check_session.jinja2", {"script": script}, request)
    response = Response(text, content_type="text/html", charset="UTF-8")
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = f"public, max-age={_CACHE_SECONDS}"
    return response
