"""Limits on what a request may weigh, before anything looks at it."""

from __future__ import annotations

from collections.abc import Callable

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest, HTTPError, HTTPRequestEntityTooLarge, HTTPRequestURITooLong
from pyramid.registry import Registry
from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import EXCVIEW

from sso_portal.base.forms import Form, TooManyFields

Handler = Callable[[Request], Response]

_DIGITS = 15
"""Of a length that is worth reading as a number."""


def includeme(config: Configurator) -> None:
    """Stand right behind the exception views, so that a refusal is a page like any other."""
    config.add_tween("sso_portal.web.limits.limits_factory", under=EXCVIEW)
    config.add_exception_view(_too_many_fields, context=TooManyFields)


def limits_factory(handler: Handler, registry: Registry) -> Handler:
    """Refuse bodies and query strings beyond the settings' limits."""
    web = registry.portal.settings.web

    def limits(request: Request) -> Response:
        # What is let in is small enough for memory; WebOb would put some of it into a temporary file.
        request.request_body_tempfile_limit = web.max_body_bytes + 1
        length = request.environ.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()):
            raise _unread(request, HTTPBadRequest())
        if len(length) > _DIGITS or int(length) > web.max_body_bytes:
            raise _unread(request, HTTPRequestEntityTooLarge())
        if len(request.environ.get("QUERY_STRING", "")) > web.max_query_bytes:
            raise HTTPRequestURITooLong
        return handler(request)

    return limits


def _unread(request: Request, refusal: HTTPError) -> HTTPError:
    # The page that says so looks for the language in the form, too.
    request.body_form = Form()
    return refusal


def _too_many_fields(_error: TooManyFields, request: Request) -> Response:
    return request.invoke_exception_view((HTTPBadRequest, HTTPBadRequest(), None))
