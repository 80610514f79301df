"""What every view finds on its request."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.decorator import reify
from pyramid.request import Request

from sso_portal.base.forms import Form, parse_form
from sso_portal.base.trace import current_trace
from sso_portal.web.accounts import Accounts, accounts_of
from sso_portal.web.addresses import client_address
from sso_portal.web.transactions import LateTransaction


def includeme(config: Configurator) -> None:
    """Let Pyramid make requests of this class. Properties that are added one by one would cost every request a class of
    its own."""
    config.set_request_factory(PortalRequest)


class PortalRequest(Request):
    """A request with what belongs to it, each thing found at most once and only when it is asked for."""

    @reify
    def portal(self) -> Any:
        """The portal that is asked."""
        return self.registry.portal

    @reify
    def tm(self) -> LateTransaction:
        """The transaction of this request, for pyramid_tm."""
        return LateTransaction()

    @reify
    def unit(self) -> Any:
        """The services of this request's transaction."""
        return self.portal.join(self.tm)

    @reify
    def accounts(self) -> Accounts:
        """Who is signed in in this browser."""
        return accounts_of(self)

    @reify
    def signed_in(self) -> Any:
        """The current session and its person, or ``None``. Where a site asks, that of the person who answers it."""
        account = self.accounts.current
        if account is None:
            return None
        return self.unit.sessions.see(account.session), account.user

    @reify
    def query_form(self) -> Form:
        """The fields of the address."""
        return parse_form(self.environ.get("QUERY_STRING", ""))

    @reify
    def body_form(self) -> Form:
        """The fields of the body."""
        return parse_form(self.body)

    @reify
    def trace_id(self) -> str:
        """The identifier of this request, for support."""
        return current_trace.get()

    @reify
    def address(self) -> str:
        """Where it comes from, as far as the settings' reverse proxies are believed."""
        return client_address(self.environ, self.portal.settings.web.trusted_proxies)
