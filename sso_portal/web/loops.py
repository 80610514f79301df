"""The loop breaker: a browser that is bounced between a site and the portal is stopped, and keeps its session.

A cookie of a few seconds counts. It is not signed: who changes it harms nobody but herself.
"""

from __future__ import annotations

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.hashing import fingerprint
from sso_portal.services.clients import Client
from sso_portal.web.cookies import bounce_cookie, set_bounce_cookie
from sso_portal.web.errors import error_page
from sso_portal.web.pages import say, site_of

_ = TranslationStringFactory("sso_portal")

BOUNCES = 5
"""So often a browser may come back with a request of the same site; browsers themselves give up at 20 redirects, which
is six or seven rounds."""

SECONDS = 8
"""Within so many seconds: people are slower, loops are not."""


def is_loop(request: Request, client_id: str) -> bool:
    """Whether this browser has been sent back to this site too often just now."""
    return _is_navigation(request) and _counted(request, client_id)[1] >= BOUNCES


def count_bounce(request: Request, response: Response, client_id: str) -> None:
    """Count that the browser is sent back to a site."""
    if not _is_navigation(request):
        return
    first, count = _counted(request, client_id)
    set_bounce_cookie(request, response, f"{fingerprint(client_id)}.{first}.{count + 1}", SECONDS)


def loop_page(request: Request, client: Client, again: str) -> Response:
    """Say what happened and offer a way out; the next try is counted anew."""
    site = site_of(request, client)
    what = _(
        "${site} has sent you here ${count} times within a few seconds, and each time you were sent back with an "
        "answer. This would go on for ever, so it was stopped here. You are still signed in."
    )
    response = error_page(
        request,
        429,
        title=_("You are being sent round in a circle"),
        what=say(request, what, site=site["name"] if site else "", count=BOUNCES),
        advice=_("Wait a moment and try again. If it happens again, tell the people who run the site."),
        details=[(_("client_id"), client.client_id)],
        site=site,
        again=again,
    )
    response.headers["Retry-After"] = str(SECONDS)
    forget_bounces(request, response)
    return response


def _is_navigation(request: Request) -> bool:
    """Whether a browser says that it shows a page (Fetch Metadata). Frames may renew as they like, and programs know
    what they do."""
    environ = request.environ
    return bool(environ.get("HTTP_SEC_FETCH_MODE") == "navigate" and environ.get("HTTP_SEC_FETCH_DEST") == "document")


def forget_bounces(request: Request, response: Response) -> None:
    """A person did something: what follows is counted anew."""
    if bounce_cookie(request):
        set_bounce_cookie(request, response, "", 0)


def _counted(request: Request, client_id: str) -> tuple[int, int]:
    """When the counting began and how far it is; it begins anew with every site and after a few seconds."""
    now = request.portal.clock.now()
    parts = (bounce_cookie(request) or "").split(".")
    if len(parts) == 3 and parts[0] == fingerprint(client_id) and parts[1].isdigit() and parts[2].isdigit():  # noqa: PLR2004
        first, count = int(parts[1][:12]), int(parts[2][:4])
        if 0 <= now - first < SECONDS:
            return first, count
    return now, 0
