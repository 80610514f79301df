"""The guard of one API, put together. This is the one file that knows all the others; it knows no web framework."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import requests

from sso_client.backchannel import HttpFactory
from sso_client.clock import Clock, SystemClock
from sso_client.discovery import Discovery
from sso_client.documents import Documents
from sso_client.errors import PortalUnavailable
from sso_client.guard.access import Access
from sso_client.guard.access_tokens import AccessTokens
from sso_client.guard.addresses import metadata_address
from sso_client.guard.binding import check_binding
from sso_client.guard.careful_backchannel import PAUSE_SECONDS, CarefulBackchannel
from sso_client.guard.cors import preflight, shared_headers
from sso_client.guard.delegation import Delegation
from sso_client.guard.introspected_tokens import IntrospectedTokens
from sso_client.guard.introspection import Introspection
from sso_client.guard.jwt_tokens import JwtTokens
from sso_client.guard.metadata import metadata_reply
from sso_client.guard.middleware import Application, Protected
from sso_client.guard.next_api import next_api_session
from sso_client.guard.portal_keys import PortalKeys
from sso_client.guard.presented import presented
from sso_client.guard.problem import problem_reply
from sso_client.guard.proofs import Proofs
from sso_client.guard.refusal import Refused
from sso_client.guard.reply import Reply
from sso_client.guard.rules import Rule
from sso_client.guard.settings import GuardSettings
from sso_client.guard.used_proofs import UsedProofs
from sso_client.signed_token import TokenFault
from sso_client.store import Store

log = logging.getLogger("sso_client.guard")


class Guard:
    """Lets requests in that bring a good access token, and refuses all others. Nothing is asked of the portal yet.

    One guard serves all threads of a process.
    """

    def __init__(self, settings: GuardSettings, *, http: HttpFactory | None = None, clock: Clock | None = None) -> None:
        """`http` makes the sessions for all outgoing calls; `clock` tells the time. Both default to the real thing."""
        self.settings = settings
        clock = clock or SystemClock()
        self._http: HttpFactory = http or requests.Session
        self._store = Store(settings.store)
        documents = Documents(self._store, clock)
        backchannel = CarefulBackchannel(self._http, settings.timeout, clock)
        discovery = Discovery(settings.as_client, backchannel, documents, clock)
        self.introspected = IntrospectedTokens(settings, Introspection(settings, discovery, backchannel), clock)
        keys = PortalKeys(settings, discovery, backchannel, documents, clock)
        self._tokens = AccessTokens(settings, JwtTokens(settings, keys, clock), self.introspected)
        self._proofs = Proofs(settings, UsedProofs(self._store, settings.proofs, clock), clock)
        self._delegation = Delegation(settings, discovery, backchannel, clock)

    def protect(self, app: Application, rules: Sequence[Rule] = ()) -> Application:
        """Return the WSGI application `app` behind the guard: the first rule that holds decides, and where none does
        any token of this API is enough. `app` finds an Access, or None, in `environ["sso.access"]`."""
        return Protected(self, app, rules)

    def check(self, environ: dict[str, Any], scope: str = "") -> Access:
        """Return what the token of a request opens; it has every scope named in `scope`, separated by spaces.

        It is in `environ["sso.access"]` then, also when only a scope was missing. Raises Refused.
        """
        environ["sso.access"] = None
        try:
            brought = presented(environ)
        except Refused as refused:
            refused.scope = scope
            raise
        if brought is None:
            raise Refused(401, "", "A token is needed.", scope=scope)
        try:
            access = self._tokens.read(brought.token)
            check_binding(access, brought, environ, self._proofs)
        except TokenFault as fault:
            detail = f"The token is not good: {fault.reason}."
            raise Refused(401, "invalid_token", detail, scope=scope, scheme=brought.scheme) from None
        except PortalUnavailable as problem:
            raise _unavailable(problem) from None
        environ["sso.access"] = access
        if not access.has(scope):
            detail = f"The token has to be given for {scope}."
            raise Refused(403, "insufficient_scope", detail, scope=scope, scheme=brought.scheme)
        return access

    def on_behalf_of(self, access: Access, *, audience: str, scope: str = "") -> str:
        """Return a token with which the API calls the next one, `audience`, for the same person (RFC 8693).

        scope: what it is for, at most what `access` has; "" for all that means something there. It is kept until
        shortly before it ends. Raises Refused, which the guard answers for the application.
        """
        try:
            return self._delegation.token(access, audience, scope)
        except PortalUnavailable as problem:
            raise _unavailable(problem) from None

    def next_api(self, access: Access, *, audience: str, scope: str = "") -> requests.Session:
        """Return a requests session whose calls carry such a token, to be used for `audience` only. Raises Refused."""
        token = self.on_behalf_of(access, audience=audience, scope=scope)
        return next_api_session(self._http, token, self.settings.timeout, self.settings.allow_http)

    def own_reply(self, environ: dict[str, Any]) -> Reply | None:
        """Return the answer to what is asked of the guard itself: CORS preflight and the resource's metadata."""
        return preflight(environ, self.settings.origins) or metadata_reply(environ, self.settings)

    def refusal(self, environ: dict[str, Any], refused: Refused) -> Reply:
        """Return the answer to a request that is refused."""
        return problem_reply(
            refused,
            realm=self.settings.name or self.settings.resource,
            algorithms=self.settings.algorithms,
            metadata_url=metadata_address(environ, self.settings),
        )

    def shared_headers(self, environ: dict[str, Any]) -> list[tuple[str, str]]:
        """Return the headers by which a page of a listed origin may read any answer."""
        return shared_headers(environ, self.settings.origins)

    def close(self) -> None:
        """Close the store."""
        self._store.close()


def _unavailable(problem: PortalUnavailable) -> Refused:
    log.warning("the portal could not be asked: %s", problem)
    return Refused(503, "", "The token cannot be checked just now; try again.", retry_after=PAUSE_SECONDS)
