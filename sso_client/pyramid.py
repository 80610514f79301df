"""The kit in a Pyramid site: `config.include("sso_client.pyramid")`. The one file that knows Pyramid.

It reads `sso.…` from the site's settings (settings.py) and, when they were put there before the include,
`registry["sso_client.http"]`, `registry["sso_client.clock"]` and `registry["sso_client.language"]` (a callable that
takes the request and returns "en" or "zh"). It adds a security policy, `request.sso`, the view option `sign_in=True`,
and the routes /sso/sign-in, /sso/callback, /sso/style.css and /sign-out.
"""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

import logging
from collections.abc import Callable
from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit

from pyramid.authorization import ACLHelper, Authenticated, Everyone
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.viewderivers import INGRESS

from sso_client.answer import read_answer
from sso_client.attempt import LIFETIME_SECONDS
from sso_client.cookies import cookie_attributes
from sso_client.errors import AnswerMalformed, IssuerMixedUp, PortalUnavailable, SignInFailed, SignInRequired
from sso_client.identity import Identity
from sso_client.initiation import LONGEST_FORM, read_initiation
from sso_client.kit import Kit
from sso_client.language import preferred_language
from sso_client.pages import STYLESHEET, Action, page
from sso_client.request_sso import KIT, SiteSignIn
from sso_client.settings import read_settings
from sso_client.site_sessions import SiteSession
from sso_client.urls import local_path, origin

log = logging.getLogger("sso_client")


class SiteSecurityPolicy:
    """Pyramid's security policy over the site session; permissions are looked up in ACLs of the context."""

    def __init__(self) -> None:
        self._acl = ACLHelper()

    def identity(self, request: Any) -> Identity | None:
        """Return the signed-in person, or None."""
        session: SiteSession | None = request.sso.session
        return None if session is None else session.identity

    def authenticated_userid(self, request: Any) -> str | None:
        """Return the signed-in person's subject, or None."""
        identity = self.identity(request)
        return None if identity is None else identity.subject

    def permits(self, request: Any, context: Any, permission: str) -> Any:
        """Ask the context's ACL about Everyone, Authenticated and the person's subject."""
        subject = self.authenticated_userid(request)
        principals = [Everyone] if subject is None else [Everyone, Authenticated, subject]
        return self._acl.permits(context, principals, permission)

    def remember(self, request: Any, userid: str, **options: Any) -> list[tuple[str, str]]:
        """Return no headers: only the callback begins sessions."""
        return []

    def forget(self, request: Any, **options: Any) -> list[tuple[str, str]]:
        """Return the headers that make the browser forget the session."""
        response = Response()
        _forget(request, response, request.sso.names.session)
        return [("Set-Cookie", value) for value in response.headers.getall("Set-Cookie")]


class SignInOption:
    """The view option `sign_in=True`: an anonymous person is asked to sign in and comes back to the page."""

    options = ("sign_in",)

    def __call__(self, view: Callable[[Any, Any], Any], info: Any) -> Callable[[Any, Any], Any]:
        if not info.options.get("sign_in"):
            return view

        def for_signed_in(context: Any, request: Any) -> Any:
            if request.sso.session is None:
                return ask_to_sign_in(request)
            response = view(context, request)
            # A person's page must not come back from a cache when she has signed out.
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return for_signed_in


def ask_to_sign_in(request: Any) -> Any:
    """Send the browser to the portal and back to this page; where that cannot be done, answer 401 with a link."""
    fetched = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate" or request.is_xhr
    if request.method in ("GET", "HEAD") and not fetched:
        return _depart(request, local_path(request.path_qs, request.sso.path("/")))
    came_from = urlsplit(request.referer or "")
    ours = f"{came_from.scheme}://{came_from.netloc}" == origin(request.sso.root)
    back = came_from._replace(scheme="", netloc="", fragment="").geturl() if ours else "/"
    return _page(request, "needed", Action("sign_in", request.sso.sign_in_url(back)), _home(request))


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
        return _failed(request, problem)
    if sso.session is not None:
        return _redirect(asked.next_path)
    return _depart(request, asked.next_path, login_hint=asked.login_hint)


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
        return _unavailable(request, problem)
    except SignInFailed as problem:
        response = _failed(request, problem)
    else:
        if arrival.begin_again:
            response = _depart(request, arrival.next_path, again=True)
        else:
            response = _redirect(arrival.next_path)
        if arrival.session_id:
            _set_cookie(request, response, sso.names.session, arrival.session_id)
    if name in sso.cookies:
        _forget(request, response, name)
    return response


def sign_out(request: Any) -> Any:
    """POST /sign-out: end the session here, then at the portal."""
    sso, session = request.sso, request.sso.session
    if session is None:
        return _redirect(sso.path("/"))
    if not _csrf_token_is_right(request, session):
        return _page(request, "stale", Action("sign_out", request.path, session.csrf_token), _home(request))
    id_token = sso.kit.sign_out.here(session)
    try:
        address = sso.kit.sign_out.address_at_portal(id_token, sso.root + "/")
    except PortalUnavailable as problem:
        log.warning("signed out here only: %s", problem)
        response = _page(request, "signed_out_here", _home(request))
    else:
        response = _redirect(address or sso.path("/"))
    _forget(request, response, sso.names.session)
    return response


def stylesheet(request: Any) -> Any:
    """GET /sso/style.css: the look of the kit's own pages."""
    return Response(STYLESHEET, content_type="text/css", charset="utf-8", cache_control="public, max-age=3600")


def sign_in_required(problem: SignInRequired, request: Any) -> Any:
    """Answer a view that let SignInRequired through: as if the person had come anonymously."""
    response = ask_to_sign_in(request)
    _forget(request, response, request.sso.names.session)
    return response


def portal_unavailable(problem: PortalUnavailable, request: Any) -> Any:
    """Answer a view that let PortalUnavailable through: a page with a retry."""
    if request.method in ("GET", "HEAD"):
        problem.next_path = local_path(request.path_qs, request.sso.path("/"))
    return _unavailable(request, problem)


def includeme(config: Any) -> None:
    """Add the kit to a Pyramid application. Raises SettingsProblem, naming everything that is wrong at once."""
    registry = config.registry
    registry[KIT] = Kit(
        read_settings(registry.settings), http=registry.get("sso_client.http"), clock=registry.get("sso_client.clock")
    )
    config.set_security_policy(SiteSecurityPolicy())
    config.add_request_method(SiteSignIn, "sso", reify=True)
    config.add_view_deriver(SignInOption(), name="sign_in", under=INGRESS, over="secured_view")
    for name, path, view, method in (
        ("sso.sign_in", "/sso/sign-in", sign_in, ("GET", "POST")),
        ("sso.callback", "/sso/callback", callback, "GET"),
        ("sso.style", "/sso/style.css", stylesheet, "GET"),
        ("sso.sign_out", "/sign-out", sign_out, "POST"),
    ):
        config.add_route(name, path)
        # Sign-out checks a token of its own, whatever the site's default for CSRF is.
        config.add_view(
            view, route_name=name, request_method=method, permission=NO_PERMISSION_REQUIRED, require_csrf=False
        )
    config.add_exception_view(sign_in_required, context=SignInRequired)
    config.add_exception_view(portal_unavailable, context=PortalUnavailable)


def _depart(request: Any, next_path: str, *, again: bool = False, login_hint: str = "") -> Any:
    sso = request.sso
    redirect_uri = sso.root + "/sso/callback"
    try:
        departure = sso.kit.departures(secure=sso.secure).depart(
            next_path, redirect_uri, sso.cookies, again=again, login_hint=login_hint
        )
    except PortalUnavailable as problem:
        problem.next_path = next_path
        return _unavailable(request, problem)
    response = _redirect(departure.location)
    for name in departure.dropped:
        _forget(request, response, name)
    _set_cookie(request, response, departure.cookie_name, departure.cookie_value, LIFETIME_SECONDS)
    return response


def _failed(request: Any, problem: SignInFailed) -> Any:
    if problem.kind == "declined":
        return _redirect(request.sso.path("/?sign_in=declined"))
    log.warning("sign-in failed: %s", problem)
    if isinstance(problem, AnswerMalformed):
        return _page(request, problem.kind, _home(request), details=str(problem))
    again = Action("again", request.sso.sign_in_url(problem.next_path))
    return _page(request, problem.kind, again, _home(request), details=str(problem))


def _unavailable(request: Any, problem: PortalUnavailable) -> Any:
    log.warning("portal unavailable: %s", problem)
    retry = Action("retry", request.sso.sign_in_url(problem.next_path))
    return _page(request, "unavailable", retry, _home(request), details=str(problem))


def _home(request: Any) -> Action:
    return Action("home", request.sso.path("/"))


def _page(request: Any, kind: str, *actions: Action, details: str = "") -> Any:
    choose = request.registry.get("sso_client.language")
    language = choose(request) if choose else preferred_language(request.headers.get("Accept-Language", ""))
    answer = page(
        kind,
        "zh" if str(language).startswith("zh") else "en",
        list(actions),
        stylesheet=request.route_path("sso.style"),
        issuer_origin=origin(request.sso.kit.settings.issuer),
        details=details,
    )
    response = Response(answer.html, status=answer.status, content_type="text/html", charset="utf-8")
    response.headers.update(answer.headers)
    return response


def _redirect(location: str) -> Any:
    # 303: whatever the method was, the next request is a GET (RFC 9110 section 15.4.4).
    headers = {"Location": location, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(status=303, headers=headers)


def _csrf_token_is_right(request: Any, session: SiteSession) -> bool:
    try:
        given = request.POST.get("csrf_token", "")
    except ValueError:  # not UTF-8, or not a form
        return False
    return isinstance(given, str) and compare_digest(given.encode("utf-8", "replace"), session.csrf_token.encode())


def _set_cookie(request: Any, response: Any, name: str, value: str, max_age: int | None = None) -> None:
    response.set_cookie(name, value, max_age=max_age, **cookie_attributes(secure=request.sso.secure))


def _forget(request: Any, response: Any, name: str) -> None:
    # Deleting a __Host- cookie needs the same attributes as setting it.
    _set_cookie(request, response, name, "", 0)
