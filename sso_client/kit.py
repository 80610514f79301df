"""The kit of one site, put together. This is the one file that knows all the others; it knows no web framework."""

from __future__ import annotations

import requests

from sso_client.access_tokens import AccessTokens
from sso_client.api import api_session
from sso_client.arrival import Arrivals
from sso_client.attempt import AttemptCookies
from sso_client.authorization import AuthorizationRequests
from sso_client.backchannel import Backchannel, HttpFactory
from sso_client.background import Background, in_a_thread
from sso_client.clock import Clock, SystemClock
from sso_client.cookies import CookieNames, cookie_names
from sso_client.departure import Departures
from sso_client.discovery import Discovery
from sso_client.documents import Documents
from sso_client.endings import Endings
from sso_client.exchange import Exchange
from sso_client.id_token import IdTokenChecks
from sso_client.keys import Keys
from sso_client.logout_token import LogoutTokens
from sso_client.met_demands import MetDemands
from sso_client.own_tokens import OwnTokens, own_api_session
from sso_client.parked_forms import ParkedForms
from sso_client.proof import Proofs
from sso_client.session_activity import SessionActivity
from sso_client.session_watch import SessionWatch
from sso_client.settings import Settings
from sso_client.sign_out import SignOut
from sso_client.sign_out_elsewhere import SignOutElsewhere
from sso_client.site_sessions import SiteSession, SiteSessions
from sso_client.spent_attempts import SpentAttempts
from sso_client.store import Store
from sso_client.token_rows import TokenRows
from sso_client.userinfo import UserInfo


class Kit:
    """Everything a site needs: departures, arrivals, sessions, sign_out, api. Nothing is asked of the portal yet."""

    def __init__(
        self,
        settings: Settings,
        *,
        http: HttpFactory | None = None,
        clock: Clock | None = None,
        background: Background | None = None,
    ) -> None:
        """`http` makes the sessions for all outgoing calls; `clock` tells the time; `background` starts what no request
        waits for. All default to the real thing."""
        self.settings = settings
        self._http: HttpFactory = http or requests.Session
        self._clock: Clock = clock or SystemClock()
        self._store = Store(settings.store)
        documents = Documents(self._store, self._clock)
        backchannel = Backchannel(self._http, settings.timeout)
        self.discovery = Discovery(settings, backchannel, documents, self._clock)
        exchange = Exchange(settings, self.discovery, backchannel, self._clock)
        keys = Keys(self.discovery, backchannel, documents, self._clock)
        checks = IdTokenChecks(keys, self._clock)
        self._proofs = Proofs(settings, exchange, checks, UserInfo(self.discovery, backchannel, settings.scope))
        self._requests = AuthorizationRequests(settings, backchannel)
        self.sessions = SiteSessions(self._store, self._clock, settings.session_seconds)
        self.sign_out = SignOut(settings, self.discovery, self.sessions)
        self.sign_out_elsewhere = SignOutElsewhere(
            settings, LogoutTokens(settings, keys, self._store, self._clock), Endings(self._store, self._clock)
        )
        self.watch = SessionWatch(
            SessionActivity(settings, self.discovery, backchannel),
            self._store,
            documents,
            self._clock,
            background or in_a_thread,
            period=settings.activity_seconds,
            timeout=settings.timeout,
        )
        self.tokens = AccessTokens(TokenRows(self._store, self._clock), exchange, self._clock, settings.timeout)
        self.own_tokens = OwnTokens(settings, self.discovery, backchannel, self._clock)
        self.demands = MetDemands(self._store, self._clock)
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
        return Arrivals(
            self.discovery, self._requests, attempts, spent, self._proofs, self.sessions, self.demands, self._clock
        )

    def forms(self, *, secure: bool) -> ParkedForms:
        """Return what keeps forms that came without a session; `secure`: the request came over https."""
        return ParkedForms(self._store, self._clock, self.names(secure=secure).form_prefix)

    def find_session(self, session_id: str) -> SiteSession | None:
        """Return the living session with this id, or None, also when the portal has ended it while the site was away.

        The first session of a process may have to wait for the portal, `timeout` seconds at most.
        """
        if session_id:
            self.watch.catch_up()
        return self.sessions.find(session_id)

    def note_use(self, session: SiteSession) -> None:
        """Note that the person of `session` is busy, and tell the portal from time to time. Nobody waits for that."""
        self.sessions.note_use(session)
        if session.sid:
            self.watch.note_use()

    def stay(self, session: SiteSession) -> None:
        """Make `session` last as long as it can, because its person has said so; waits for the portal."""
        if session.sid:
            self.watch.tell_now(session.id_hash)
        else:
            self.sessions.note_use(session)

    def now(self) -> int:
        """Return the time by the site's clock, seconds since 1970."""
        return self._clock.now()

    def api(self, id_hash: str) -> requests.Session:
        """Return a requests session that speaks for the person of the session `id_hash` (see api.py)."""
        return api_session(self._http, self.tokens, id_hash, self.settings.timeout, self.settings.allow_http)

    def own_api(self, scope: str) -> requests.Session:
        """Return a requests session that speaks for the site itself, with `scope` (see own_tokens.py)."""
        return own_api_session(self._http, self.own_tokens, scope, self.settings.timeout, self.settings.allow_http)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _attempt_cookies(self, *, secure: bool) -> AttemptCookies:
        return AttemptCookies(self.names(secure=secure).attempt_prefix, self._store, self._clock)
