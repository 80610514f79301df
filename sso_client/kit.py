"""The kit of one site, put together. This is the one file that knows all the others; it knows no web framework."""

from __future__ import annotations

import requests

from sso_client.access_tokens import AccessTokens
from sso_client.api import api_session
from sso_client.arrival import Arrivals
from sso_client.attempt import AttemptCookies
from sso_client.authorization import AuthorizationRequests
from sso_client.backchannel import Backchannel, HttpFactory
from sso_client.clock import Clock, SystemClock
from sso_client.cookies import CookieNames, cookie_names
from sso_client.departure import Departures
from sso_client.discovery import Discovery
from sso_client.documents import Documents
from sso_client.exchange import Exchange
from sso_client.id_token import IdTokenChecks
from sso_client.keys import Keys
from sso_client.proof import Proofs
from sso_client.settings import Settings
from sso_client.sign_out import SignOut
from sso_client.site_sessions import SiteSessions
from sso_client.spent_attempts import SpentAttempts
from sso_client.store import Store
from sso_client.token_rows import TokenRows
from sso_client.userinfo import UserInfo


class Kit:
    """Everything a site needs: departures, arrivals, sessions, sign_out, api. Nothing is asked of the portal yet."""

    def __init__(self, settings: Settings, *, http: HttpFactory | None = None, clock: Clock | None = None) -> None:
        """`http` makes the sessions for all outgoing calls; `clock` tells the time. Both default to the real thing."""
        self.settings = settings
        self._http: HttpFactory = http or requests.Session
        self._clock: Clock = clock or SystemClock()
        self._store = Store(settings.store)
        documents = Documents(self._store, self._clock)
        backchannel = Backchannel(self._http, settings.timeout)
        self.discovery = Discovery(settings, backchannel, documents, self._clock)
        exchange = Exchange(settings, self.discovery, backchannel, self._clock)
        checks = IdTokenChecks(Keys(self.discovery, backchannel, documents, self._clock), self._clock)
        self._proofs = Proofs(settings, exchange, checks, UserInfo(self.discovery, backchannel, settings.scope))
        self._requests = AuthorizationRequests(settings, backchannel)
        self.sessions = SiteSessions(self._store, self._clock, settings.session_seconds)
        self.sign_out = SignOut(settings, self.discovery, self.sessions)
        self.tokens = AccessTokens(TokenRows(self._store, self._clock), exchange, self._clock, settings.timeout)
        self._attempts = {secure: self._attempt_cookies(secure=secure) for secure in (False, True)}

    def names(self, *, secure: bool) -> CookieNames:
        """Return the names of the site's cookies; `secure`: the request came over https."""
        return cookie_names(self.settings.client_id, secure=secure)

    def departures(self, *, secure: bool) -> Departures:
        """Return what begins sign-ins; `secure`: the request came over https."""
        return Departures(self.discovery, self._requests, self._attempts[secure], self._clock)

    def arrivals(self, *, secure: bool) -> Arrivals:
        """Return what finishes sign-ins; `secure`: the request came over https."""
        spent = SpentAttempts(self._store, self._clock)
        attempts = self._attempts[secure]
        return Arrivals(self.discovery, self._requests, attempts, spent, self._proofs, self.sessions, self._clock)

    def api(self, id_hash: str) -> requests.Session:
        """Return a requests session that speaks for the person of the session `id_hash` (see api.py)."""
        return api_session(self._http, self.tokens, id_hash, self.settings.timeout, self.settings.allow_http)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _attempt_cookies(self, *, secure: bool) -> AttemptCookies:
        return AttemptCookies(self.names(secure=secure).attempt_prefix, self._store, self._clock)
