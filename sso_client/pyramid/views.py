"""The routes of the kit, and its answers to what views let through."""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

import logging
from typing import Any

from pyramid.response import Response

from sso_client.answer import read_answer
from sso_client.departure import Wish
from sso_client.errors import IssuerMixedUp, PortalUnavailable, SignInFailed, SignInRequired
from sso_client.initiation import LONGEST_FORM, read_initiation
from sso_client.pages import STYLESHEET, Action
from sso_client.pyramid.answers import (
    failed,
    forget,
    home,
    kit_page,
    redirect,
    set_cookie,
    unavailable,
)
from sso_client.pyramid.departures import depart
from sso_client.pyramid.option import ask_to_sign_in
from sso_client.urls import local_path

log = logging.getLogger("sso_client")


def sign_in(request: Any) -> Any:
    """GET or POST /sso/sign-in: begin to sign in, or go straight on when the person is signed in already.

    `next` is our own; `iss`, `target_link_uri` and `login_hint` come with links that others made (OpenID Connect Core
    section 4), by either method.
    """
    sso = request.sso
    form = request.body[:LONGEST_FORM].decode("latin-1") if request.method == "POST" else ""
    parameters = "&".join(part for part in (request.query_string, form) if part)
    try:
        asked = read_initiation(parameters, issuer=sso.kit.settings.issuer, root=sso.root, home=sso.path("/"))
    except IssuerMixedUp as problem:
        return failed(request, problem)
    if sso.session is not None:
        return redirect(asked.next_path)
    return depart(request, asked.next_path, wish=Wish(login_hint=asked.login_hint))


def callback(request: Any) -> Any:
    """GET /sso/callback: the portal's answer (RFC 6749 section 4.1.2)."""
    sso, name = request.sso, ""
    try:
        answer = read_answer(request.query_string)
        arrivals = sso.kit.arrivals(secure=sso.secure)
        name = arrivals.cookie_name(answer)
        arrival = arrivals.arrive(answer, sso.cookies, sso.session)
    except PortalUnavailable as problem:
        # The attempt's cookie stays: reloading this very address may work in a moment.
        return unavailable(request, problem)
    except SignInFailed as problem:
        response = failed(request, problem)
    else:
        if arrival.begin_again:
            response = depart(request, arrival.next_path, again=True)
        else:
            response = redirect(arrival.next_path)
        if arrival.session_id:
            set_cookie(request, response, sso.names.session, arrival.session_id)
    if name in sso.cookies:
        forget(request, response, name)
    return response


def sign_out(request: Any) -> Any:
    """POST /sign-out: end the session here, then at the portal."""
    sso, session = request.sso, request.sso.session
    if session is None:
        return redirect(sso.path("/"))
    if not sso.csrf_token_is_right():
        return kit_page(request, "stale", Action("sign_out", request.path, session.csrf_token), home(request))
    id_token = sso.kit.sign_out.here(session)
    try:
        address = sso.kit.sign_out.address_at_portal(id_token, sso.root + "/")
    except PortalUnavailable as problem:
        log.warning("signed out here only: %s", problem)
        response = kit_page(request, "signed_out_here", home(request))
    else:
        response = redirect(address or sso.path("/"))
    forget(request, response, sso.names.session)
    return response


def stylesheet(request: Any) -> Any:
    """GET /sso/style.css: the look of the kit's own pages."""
    return Response(STYLESHEET, content_type="text/css", charset="utf-8", cache_control="public, max-age=3600")


def sign_in_required(problem: SignInRequired, request: Any) -> Any:
    """Answer a view that let SignInRequired through: as if the person had come anonymously."""
    response = ask_to_sign_in(request, ended=True)
    forget(request, response, request.sso.names.session)
    return response


def portal_unavailable(problem: PortalUnavailable, request: Any) -> Any:
    """Answer a view that let PortalUnavailable through: a page with a retry."""
    if request.method in ("GET", "HEAD"):
        problem.next_path = local_path(request.path_qs, request.sso.path("/"))
    return unavailable(request, problem)
