"""The answer to a site: a redirect, or a form that the browser posts (OAuth 2.0 Form Post Response Mode)."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.protocol.authorization_answers import SendBack
from sso_portal.web.bridge import form_targets, see_other
from sso_portal.web.pages import page, site_of


def send_back(request: Request, outcome: SendBack) -> Response:
    """Send the browser to the site; without script the person presses the one button of the form."""
    if not outcome.is_form:
        return see_other(request, outcome.location)
    site = site_of(request, outcome.client)
    return page(
        request,
        "send_back",
        # Shown again it would answer again: the language links lead to the start page instead.
        here="/",
        form_targets=form_targets(outcome.client, outcome.redirect_uri),
        site=site,
        action=outcome.redirect_uri,
        fields=outcome.fields,
    )
