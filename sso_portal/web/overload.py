"""Too many at once: whoever finds no room is told to come again in a moment, and nothing was done."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPServiceUnavailable
from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.errors import Overloaded
from sso_portal.base.urls import local_path
from sso_portal.protocol.vocabulary import LOGIN_PATH
from sso_portal.web.bridge import login_url
from sso_portal.web.errors import error_page, is_for_machines

_ = TranslationStringFactory("sso_portal")

_TITLE = _("Very many people are signing in")
_WHAT = _("There is no room for one more at this moment. Nothing is lost: wait a few seconds and try again.")
_WAIT_SECONDS = "5"


def includeme(config: Configurator) -> None:
    """Register the exception view."""
    config.add_exception_view(_overloaded, context=Overloaded)


def _overloaded(_error: Overloaded, request: Request) -> Response:
    response = _for_machines(request) if is_for_machines(request) else _page(request)
    response.headers["Retry-After"] = _WAIT_SECONDS
    return response


def _for_machines(request: Request) -> Response:
    description = "Too many secrets are being checked; nothing was done. Try again in a moment."
    body = {"error": "temporarily_unavailable", "error_description": description, "trace_id": request.trace_id}
    return Response(json=body, status=HTTPServiceUnavailable.code)


def _page(request: Request) -> Response:
    """A page that asks the database nothing; it leads back to where she was."""
    path = request.environ.get("PATH_INFO", "")
    target = local_path(request.body_form.values.get("next")) or "/"
    again = login_url(target) if path.rstrip("/") == LOGIN_PATH.rstrip("/") else ""
    return error_page(request, HTTPServiceUnavailable.code, title=_TITLE, what=_WHAT, again=again)
