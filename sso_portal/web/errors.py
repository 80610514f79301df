"""The only mapping from what went wrong to status codes and pages."""

from __future__ import annotations

import logging
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPError, HTTPInternalServerError
from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request
from pyramid.response import Response
from webob.request import DisconnectionError

from sso_portal.base.forms import Form
from sso_portal.web.pages import page, say

_ = TranslationStringFactory("sso_portal")
_log = logging.getLogger("sso_portal.error")

_MACHINES = (
    "/o/token",
    "/o/introspect",
    "/o/revoke",
    "/o/par",
    "/o/register",
    "/o/device_authorization",
    "/o/session_activity",
    "/o/forward_auth",
    "/o/logout/receipt",
    "/o/userinfo",
    "/o/jwks",
    "/.well-known/",
    "/healthz",
    "/readyz",
)

_TEXTS: dict[int, tuple[Any, Any, str]] = {
    400: (_("That did not arrive whole"), _("The request has something in it that cannot be read."), "invalid_request"),
    403: (_("Not allowed"), _("This page is not for you."), "access_denied"),
    404: (_("There is no such page"), _("The address leads nowhere. It may have been typed wrongly."), "not_found"),
    405: (_("Not this way"), _("This address cannot be used like that."), "invalid_request"),
    413: (_("Too much at once"), _("What was sent is larger than the portal accepts."), "invalid_request"),
    414: (_("The address is too long"), _("The address is longer than the portal accepts."), "invalid_request"),
    500: (
        _("Something broke here"),
        _("This is the portal's fault, not yours. It has been written down."),
        "server_error",
    ),
    503: (_("A short pause"), _("The portal cannot reach its database. Nothing is lost."), "temporarily_unavailable"),
}


def includeme(config: Configurator) -> None:
    """Register the exception views."""
    config.add_notfound_view(_http_error)
    config.add_exception_view(_http_error, context=HTTPError)
    config.add_exception_view(_not_utf8, context=UnicodeDecodeError)
    config.add_exception_view(_broken_off, context=DisconnectionError)
    config.add_exception_view(_failure, context=Exception)
    for unavailable in config.registry.unavailable:
        config.add_exception_view(_unavailable, context=unavailable)


def _http_error(error: Any, request: Request) -> Response:
    status = error.status_int if error.status_int in _TEXTS else (400 if error.status_int < 500 else 500)  # noqa: PLR2004
    response = refuse(request, status)
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _not_utf8(_error: UnicodeDecodeError, request: Request) -> Response:
    return refuse(request, 400)


def _broken_off(_error: DisconnectionError, request: Request) -> Response:
    # The page that says so looks for the language in the form, too.
    request.body_form = Form()
    return refuse(request, 400)


def _failure(_error: Exception, request: Request) -> Response:
    _log.exception("a view failed")
    return refuse(request, HTTPInternalServerError.code)


def _unavailable(_error: Exception, request: Request) -> Response:
    _log.exception("the database cannot be reached")
    response = refuse(request, 503)
    response.headers["Retry-After"] = "5"
    return response


def refuse(request: Request, status: int) -> Response:
    """A refusal with a status: JSON for the endpoints that machines call, a page for people."""
    title, what, error = _TEXTS[status]
    if is_for_machines(request):
        body = {"error": error, "error_description": str(what), "trace_id": request.trace_id}
        return Response(json=body, status=status)
    return error_page(request, status, title=title, what=what)


def is_for_machines(request: Request) -> bool:
    """Whether the endpoint is one that machines call."""
    return bool(request.environ.get("PATH_INFO", "").startswith(_MACHINES))


def error_page(
    request: Request,
    status: int,
    *,
    title: Any,
    what: Any,
    advice: Any = "",
    details: list[tuple[Any, str]] | None = None,
    site: dict[str, Any] | None = None,
    again: str = "",
) -> Response:
    """An error page: what happened, what to do now, and the trace for support."""
    # Looked up no more: the database may be the very thing that is missing.
    request.without_person = status >= 500  # noqa: PLR2004
    actions = []
    if again:
        actions.append({"label": say(request, _("Try again")), "url": again, "primary": True})
    if site is not None and site["url"]:
        actions.append(
            {"label": say(request, _("Back to ${site}"), site=site["name"]), "url": site["url"], "primary": not actions}
        )
    actions.append({"label": say(request, _("To the start page")), "url": "/", "primary": not actions})
    return page(
        request,
        "error",
        status=status,
        here="/" if request.method != "GET" else None,
        title=say(request, title),
        what=what if isinstance(what, str) and not hasattr(what, "domain") else say(request, what),
        advice=say(request, advice) if advice else "",
        details=[{"label": say(request, label), "value": value[:2000]} for label, value in details or []],
        actions=actions,
        site=site,
    )
