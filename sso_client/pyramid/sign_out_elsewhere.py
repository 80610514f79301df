"""Where the portal says that a person has signed out elsewhere. No page links here, no cookie counts."""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

import logging
from typing import Any

from pyramid.response import Response

from sso_client.errors import LogoutRefused, PortalUnavailable
from sso_client.pages import RETRY_SECONDS
from sso_client.pyramid.answers import forget
from sso_client.sign_out_elsewhere import FRAME_PAGE, LARGEST_FORM

log = logging.getLogger("sso_client")


def backchannel_logout(request: Any) -> Any:
    """POST /sso/backchannel-logout: a logout token (OpenID Connect Back-Channel Logout 1.0 sections 2.5 and 2.8)."""
    try:
        # Not request.content_type: a header that is not ASCII must not be more than a wrong one.
        kind = str(request.environ.get("CONTENT_TYPE") or "").partition(";")[0]
        count = request.sso.kit.sign_out_elsewhere.by_back_channel(kind, _body(request))
    except LogoutRefused as refusal:
        log.warning("%s", refusal)
        return _answer(400, error="invalid_request", error_description=f"{refusal.check}: {refusal.reason}")
    except PortalUnavailable as problem:
        log.warning("a logout token could not be checked: %s", problem)
        response = _answer(503, error="temporarily_unavailable", error_description="the portal's keys are not at hand")
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response
    log.info("signed out elsewhere: %d sessions ended", count)
    return _answer(200)


def frontchannel_logout(request: Any) -> Any:
    """GET /sso/frontchannel-logout: a frame on the portal's signed-out page (Front-Channel Logout 1.0 section 2)."""
    sso = request.sso
    sid = sso.kit.sign_out_elsewhere.by_front_channel(request.query_string)
    response = Response(FRAME_PAGE, status=200 if sid else 400, content_type="text/html", charset="utf-8")
    response.headers.update(sso.kit.sign_out_elsewhere.frame_headers())
    cookie = sso.cookies.get(sso.names.session, "")
    if sid and cookie and sso.kit.sessions.sid(cookie) == sid:
        forget(request, response, sso.names.session)
    return response


def _body(request: Any) -> bytes:
    try:
        return bytes(request.body_file.read(LARGEST_FORM + 1))
    except (OSError, ValueError) as problem:  # it breaks off, or its length is not a number
        raise LogoutRefused("form", "it cannot be read") from problem


def _answer(status: int, **members: str) -> Any:
    response = Response(json_body=members) if members else Response(b"")
    response.status_int = status
    response.headers["Cache-Control"] = "no-store"
    return response
