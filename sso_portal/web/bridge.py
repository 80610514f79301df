"""Pyramid request ↔ protocol: the only place where one becomes the other."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import urlsplit

from pyramid.httpexceptions import HTTPNoContent, HTTPOk
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.forms import Form, TooManyFields, parse_form
from sso_portal.base.urls import quote_next
from sso_portal.protocol.answers import JsonAnswer
from sso_portal.protocol.call import Call
from sso_portal.protocol.vocabulary import AUTHORIZE_PATH, LOGIN_PATH
from sso_portal.services.clients import Client
from sso_portal.web.client_certificates import sent_certificate
from sso_portal.web.cookies import session_cookie


def person_call(request: Request) -> Call:
    """The call of a request that a person's browser makes."""
    call: Call = request.unit.call(request.signed_in, address=request.address)
    call.session_cookie = session_cookie(request)
    return call


def machine_call(request: Request) -> Call:
    """The call of a request that a site's server makes; cookies mean nothing there."""
    call: Call = request.unit.call(address=request.address)
    call.accept = request.environ.get("HTTP_ACCEPT", "")
    call.method = request.environ["REQUEST_METHOD"]
    call.dpop_proofs = _dpop_proofs(request)
    call.certificate = sent_certificate(request)
    return call


def _dpop_proofs(request: Request) -> tuple[str, ...]:
    """Every DPoP header: servers join those that come twice with a comma, which no proof has in it."""
    sent = request.environ.get("HTTP_DPOP")
    return () if sent is None else tuple(proof.strip() for proof in sent.split(","))


def json_response(answer: JsonAnswer) -> Response:
    """A protocol answer as a response."""
    if answer.status == HTTPNoContent.code:
        return Response(status=answer.status, headerlist=list(answer.headers.items()))
    # With a list of headers WebOb has nothing to guess.
    if answer.jwt is not None:
        body, content_type = answer.jwt.encode("ascii"), answer.jwt_type
    else:
        body, content_type = _to_json(dict(answer.body)).encode("ascii"), "application/json"
    headers = [("Content-Type", content_type), *answer.headers.items()]
    # WebOb begins with 200, and looks every other status up.
    return Response(body, status=None if answer.status == HTTPOk.code else answer.status, headerlist=headers)


_to_json = json.JSONEncoder(separators=(",", ":")).encode


def see_other(request: Request, location: str) -> Response:
    """A redirect that always becomes a GET (RFC 9700, section 4.12: never 307 with credentials in the body).

    A local path is completed with the issuer: left alone, WebOb would complete it with whatever Host was sent.
    """
    # Not HTTPSeeOther: that fills an empty body with a sentence that repeats the address, code and all.
    response = Response(status=303)
    response.location = f"{request.portal.issuer}{location}" if location.startswith("/") else location
    return response


def login_url(target: str, prompt: str = "", account: str = "") -> str:
    """The sign-in page on the way to a local path: shown for a reason, and to one of this browser's people (``sid``) or
    to somebody ``new``."""
    asked = "".join(f"{name}={value}&" for name, value in (("prompt", prompt), ("account", account)) if value)
    return f"{LOGIN_PATH}?{asked}next={quote_next(target)}"


def authorization_query(path: str) -> Form | None:
    """The authorization request that a local path stands for, or ``None`` when it leads elsewhere."""
    parts = urlsplit(path)
    if parts.path.rstrip("/") != AUTHORIZE_PATH.rstrip("/"):
        return None
    try:
        return parse_form(parts.query)
    except TooManyFields:
        return None


def requesting_client(request: Request, query: Form | None) -> Client | None:
    """The site that an authorization request names, if there is one."""
    client: Client | None = request.unit.clients.find(query.values.get("client_id")) if query is not None else None
    return client


def form_targets(client: Client | None, redirect_uri: str | None = None) -> Iterable[str]:
    """Where a form may lead on behalf of a client, as sources of ``form-action``: the schemes of its addresses.

    Schemes, not hosts: what follows the site's callback is the site's own affair, and Chromium checks that too.
    """
    if client is None:
        return []
    addresses = [*client.redirect_uris, *client.metadata["post_logout_redirect_uris"], *([redirect_uri or ""])]
    return sorted({f"{urlsplit(address).scheme}:" for address in addresses if urlsplit(address).scheme})
