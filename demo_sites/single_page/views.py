"""The one page. It is the same for everybody: who is signed in is known to the script in the browser only."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import notfound_view_config, view_config

from demo_sites.common.language import HTML_LANGUAGES, LANGUAGES, page_url
from sso_client.urls import origin

Page = dict[str, Any]


@view_config(route_name="page", request_method="GET", renderer="templates/page.jinja2")
def page(request: Request) -> Page:
    """Both ways, and why one of them is better."""
    settings = request.registry.settings
    issuer, api = settings["sso.issuer"], settings["demo.api_url"]
    request.response.headers["Content-Security-Policy"] = content_security_policy(issuer, api)
    return {**_language(request), "issuer": issuer, "client_id": settings["sso.client_id"], "api": api}


@notfound_view_config(renderer="templates/not_found.jinja2")
def not_found(request: Request) -> Page:
    """An address that leads nowhere."""
    request.response.status = 404
    return _language(request)


def content_security_policy(issuer: str, api: str) -> str:
    """The policy of the page: its script is our own file, and it may ask the portal and the API, nobody else.

    Whatever runs here can use the token; so nothing else may run here (W3C CSP Level 3).
    """
    return (
        f"default-src 'none'; style-src 'self'; script-src 'self'; connect-src {origin(issuer)} {origin(api)}; "
        "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _language(request: Request) -> Page:
    locale = request.locale_name
    languages = [(code, label, page_url(request, lang=code)) for code, label in LANGUAGES.items()]
    return {"locale": locale, "html_lang": HTML_LANGUAGES[locale], "languages": languages}
