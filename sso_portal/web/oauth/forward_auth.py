"""``/o/forward_auth/``: a reverse proxy asks about each request to a site that cannot be changed.

What the proxy passes on below ``/.sso/`` of the site comes to the addresses below this one: there the site's own host
gets its cookie. Headers that tell who somebody is are written here and never read.
"""

from __future__ import annotations

from urllib.parse import quote

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.ids import token
from sso_portal.protocol.answers import refusal
from sso_portal.protocol.forward_auth import authorization_url, identity, redeem
from sso_portal.protocol.site_states import STATE_SECONDS
from sso_portal.protocol.vocabulary import LOGOUT_PATH
from sso_portal.services.protected_sites import SITE_PREFIX
from sso_portal.services.site_sign_ins import SiteSignIn
from sso_portal.web.bridge import json_response, machine_call, see_other
from sso_portal.web.forwarded import Forwarded, read_forwarded, safe_path
from sso_portal.web.oauth.site_refused import DECLINED, EXCLUDED, FAILED, refused_url
from sso_portal.web.site_cookies import begun_cookie, set_begun_cookie, set_site_cookie, site_cookie
from sso_portal.web.traces import record_refusal


def check(request: Request) -> Response:
    """May this request reach the site, and whose is it? 200 with the person, 401 or 403; nginx knows nothing else."""
    forwarded = read_forwarded(request)
    if isinstance(forwarded, str):
        return _refuse(request, 400, "invalid_request", forwarded)
    sign_in = _sign_in(request, forwarded)
    if sign_in is not None and forwarded.site.admits(sign_in.user):
        return _welcome(request, forwarded, sign_in)
    if forwarded.site.is_public(forwarded.uri):
        return _welcome(request, forwarded, None)
    return _not_signed_in(request, forwarded) if sign_in is None else _excluded(request, forwarded)


def start(request: Request) -> Response:
    """Send a browser from the site's host to the authorization endpoint, and note there which browser it was."""
    forwarded = read_forwarded(request)
    if isinstance(forwarded, str):
        return _refuse(request, 400, "invalid_request", forwarded)
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        # A picture or a script cannot sign anybody in.
        return _challenge(request, forwarded)
    call, verifier = machine_call(request), begun_cookie(request, forwarded) or token()
    # nginx comes here in place of the page; others say in the address where they were.
    asked = request.query_form.values.get("return_to", "/").encode().decode("latin-1")
    path = safe_path(asked if forwarded.uri.startswith(SITE_PREFIX) or not forwarded.uri else forwarded.uri)
    state = request.portal.site_states.make(forwarded.client.client_id, verifier, path, call.clock.now())
    url = authorization_url(call, forwarded.client, forwarded.site, verifier=verifier, state=state)
    response = see_other(request, url)
    set_begun_cookie(response, forwarded, verifier, STATE_SECONDS)
    return response


def callback(request: Request) -> Response:
    """The answer of the authorization endpoint arrives at the site's host. One that is no good changes nothing and
    leads to the site, where the next request asks anew."""
    forwarded = read_forwarded(request)
    if isinstance(forwarded, str):
        return _refuse(request, 400, "invalid_request", forwarded)
    values, verifier, call = request.query_form.values, begun_cookie(request, forwarded), machine_call(request)
    state, client = values.get("state", ""), forwarded.client
    path = request.portal.site_states.path(state, client.client_id, verifier, call.clock.now()) if verifier else None
    if path is None or verifier is None:
        return see_other(request, f"{forwarded.site.address}/")
    if "error" in values:
        because = DECLINED if values["error"] == "access_denied" else FAILED
        return see_other(request, refused_url(request, client, because))
    cookie = redeem(call, client, forwarded.site, code=values.get("code", ""), verifier=verifier)
    response = see_other(request, f"{forwarded.site.address}{path}")
    if cookie is None or call.session is None:
        record_refusal(request, "forward_auth", "invalid_grant", call)
    else:
        left = call.session.expires_at - call.clock.now()
        set_site_cookie(response, forwarded, cookie, left if call.session.remember_me else None)
    return response


def sign_out(request: Request) -> Response:
    """Lead to the portal's own sign-out, which asks: nothing is done here, so nobody can be tricked into it."""
    forwarded = read_forwarded(request)
    if isinstance(forwarded, str):
        return _refuse(request, 400, "invalid_request", forwarded)
    sign_in, back = _sign_in(request, forwarded), forwarded.client.metadata["post_logout_redirect_uris"]
    asked = {
        "client_id": forwarded.client.client_id,
        "post_logout_redirect_uri": back[0] if back else "",
        "logout_hint": sign_in.sid if sign_in is not None else "",
    }
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in asked.items() if value)
    return see_other(request, f"{LOGOUT_PATH}?{query}")


def _sign_in(request: Request, forwarded: Forwarded) -> SiteSignIn | None:
    cookie = site_cookie(request, forwarded)
    found: SiteSignIn | None = (
        request.unit.site_sign_ins.find(cookie, forwarded.client.client_id) if cookie is not None else None
    )
    return found


def _welcome(request: Request, forwarded: Forwarded, sign_in: SiteSignIn | None) -> Response:
    told = identity(machine_call(request), forwarded.client, forwarded.site, sign_in)
    response = Response(status=200)
    for member, value in told.items():
        # Headers have bytes; a name in Chinese letters is sent in UTF-8.
        response.headers[f"Remote-{member.title()}"] = _one_line(value).encode("utf-8", "replace").decode("latin-1")
    return response


def _one_line(value: str) -> str:
    return value if value.isprintable() else ""


def _not_signed_in(request: Request, forwarded: Forwarded) -> Response:
    if not _is_to_be_led(request, forwarded):
        return _challenge(request, forwarded)
    return see_other(request, f"{forwarded.site.address}{SITE_PREFIX}start?return_to={quote(forwarded.path, safe='/')}")


def _excluded(request: Request, forwarded: Forwarded) -> Response:
    response = _refuse(request, 403, "access_denied", "The site is not for this person.")
    if _is_to_be_led(request, forwarded):
        # The status stays what it is, and she reads a page that says more.
        response.headers["Refresh"] = f"0; url={refused_url(request, forwarded.client, EXCLUDED)}"
    return response


def _is_to_be_led(request: Request, forwarded: Forwarded) -> bool:
    """Whether the proxy shows our answer to the browser (``answer=redirect``), and the browser shows a page."""
    if request.query_form.values.get("answer") != "redirect" or forwarded.method not in {"GET", "HEAD"}:
        return False
    mode = request.headers.get("Sec-Fetch-Mode")
    return mode == "navigate" if mode else "text/html" in request.environ.get("HTTP_ACCEPT", "")


def _challenge(request: Request, forwarded: Forwarded) -> Response:
    challenge = f'Cookie realm="{forwarded.site.address}"'
    text = "Nobody is signed in at this site."
    return json_response(refusal(401, "login_required", text, request.trace_id, challenge=challenge))


def _refuse(request: Request, status: int, error: str, description: str) -> Response:
    return json_response(refusal(status, error, description, request.trace_id))
