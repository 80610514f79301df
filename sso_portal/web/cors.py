"""Pages of other origins that may read answers: those of clients without a secret, which live in browsers."""

from __future__ import annotations

from collections.abc import Callable

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.urls import origin

View = Callable[[Request], Response]

_PREFLIGHT_SECONDS = "600"
_LONGEST_ORIGIN = 300


def cross_origin(view: View) -> View:
    """``view``, with its answers readable for the pages of public clients; no cookie is ever sent along."""

    def shared(request: Request) -> Response:
        response = view(request)
        share(request, response)
        return response

    return shared


def preflight(methods: str) -> View:
    """A view that tells a browser what a page may send (Fetch, section 3.2.2)."""

    def view(request: Request) -> Response:
        response = Response(status=204)
        if share(request, response):
            response.headers["Access-Control-Allow-Methods"] = methods
            response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, DPoP"
            response.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
        return response

    return view


def share(request: Request, response: Response) -> bool:
    """Let the page that asks read ``response``, if it belongs to a public client."""
    response.headers["Vary"] = "Origin"
    sender = request.environ.get("HTTP_ORIGIN", "")
    if not 0 < len(sender) <= _LONGEST_ORIGIN or sender not in _origins(request):
        return False
    response.headers["Access-Control-Allow-Origin"] = sender
    response.headers["Access-Control-Expose-Headers"] = "WWW-Authenticate, DPoP-Nonce"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return True


def _origins(request: Request) -> set[str]:
    clients = request.unit.clients.known()
    addresses = (uri for client in clients if client.is_public for uri in client.redirect_uris)
    return {found for found in map(origin, addresses) if found.startswith(("https:", "http:"))}
