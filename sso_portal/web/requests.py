"""What every view finds on its request."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from sso_portal.base.forms import Form, parse_form
from sso_portal.base.trace import current_trace
from sso_portal.web.accounts import accounts_of
from sso_portal.web.addresses import client_address


def includeme(config: Configurator) -> None:
    """Add the properties, each computed at most once and only when asked for."""
    config.add_request_method(lambda request: request.registry.portal, "portal", reify=True)
    config.add_request_method(_unit, "unit", reify=True)
    config.add_request_method(accounts_of, "accounts", reify=True)
    config.add_request_method(_signed_in, "signed_in", reify=True)
    config.add_request_method(_query_form, "query_form", reify=True)
    config.add_request_method(_body_form, "body_form", reify=True)
    config.add_request_method(lambda _request: current_trace.get(), "trace_id", reify=True)
    config.add_request_method(_address, "address", reify=True)


def _unit(request: Request) -> Any:
    """The services of this request's transaction."""
    return request.portal.join(request.tm)


def _signed_in(request: Request) -> Any:
    """The current session and its person, or ``None``. Where a site asks, that of the person who answers it."""
    account = request.accounts.current
    if account is None:
        return None
    return request.unit.sessions.see(account.session), account.user


def _query_form(request: Request) -> Form:
    return parse_form(request.environ.get("QUERY_STRING", ""))


def _body_form(request: Request) -> Form:
    return parse_form(request.body)


def _address(request: Request) -> str:
    return client_address(request.environ, request.portal.settings.web.trusted_proxies)
