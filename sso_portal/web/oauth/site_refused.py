"""``/o/site_refused/``: a page of the portal for people who cannot enter a site that is protected by a proxy."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPNotFound
from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.protocol.vocabulary import SITE_REFUSED_PATH
from sso_portal.services.clients import Client
from sso_portal.web.errors import error_page
from sso_portal.web.pages import say, site_of

_ = TranslationStringFactory("sso_portal")

EXCLUDED = "excluded"
DECLINED = "declined"
FAILED = "failed"

_SAID: dict[str, tuple[Any, Any]] = {
    EXCLUDED: (
        _("You are signed in, but ${site} is not open to your account."),
        _("If you have another account, switch to it. Else ask the people who run the site to let you in."),
    ),
    DECLINED: (
        _("You did not let ${site} know who you are, so it stays closed."),
        _("Nothing was passed on. Try again if you have changed your mind."),
    ),
    FAILED: (
        _("Signing in to ${site} did not work."),
        _("Wait a moment and try again. If it happens again, tell the people who run the site."),
    ),
}


def refused_url(request: Request, client: Client, because: str) -> str:
    """The address of the page."""
    query = urlencode({"client_id": client.client_id, "because": because})
    return f"{request.portal.issuer}{SITE_REFUSED_PATH}?{query}"


def show(request: Request) -> Response:
    """Say why, and offer a way out; only about sites that are registered."""
    values = request.query_form.values
    client = request.unit.clients.find(values.get("client_id"))
    if client is None or client.protected_site is None:
        raise HTTPNotFound
    site = site_of(request, client) or {}
    what, advice = _SAID.get(values.get("because", ""), _SAID[EXCLUDED])
    return error_page(
        request,
        # The site's own address has refused her; this page is what she came for.
        200,
        title=say(request, _("${site} stays closed"), site=site["name"]),
        what=say(request, what, site=site["name"]),
        advice=advice,
        again=f"{client.protected_site.address}/",
    )
