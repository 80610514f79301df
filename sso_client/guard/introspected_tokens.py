"""Access tokens that only the portal can judge: asked once for a few seconds, never in a flood."""

from __future__ import annotations

from sso_client.clock import Clock
from sso_client.guard.access import Access
from sso_client.guard.introspection import Introspection, Told
from sso_client.guard.limit import Limit
from sso_client.guard.recent import Recent
from sso_client.guard.settings import GuardSettings
from sso_client.guard.single_flight import SingleFlight
from sso_client.guard.token_claims import check_audience, read_access
from sso_client.hashing import hashed
from sso_client.signed_token import TokenFault, check_issuer, time_claim

_NOTHING: Told = {}


class IntrospectedTokens:
    """Believes what the portal says of a token. Good and refused ones are kept apart: garbage displaces nobody."""

    def __init__(self, settings: GuardSettings, introspection: Introspection, clock: Clock) -> None:
        self._settings = settings
        self._introspection = introspection
        self._clock = clock
        self.good: Recent[Told] = Recent(settings.cache_size, clock)
        self.refused: Recent[Told] = Recent(settings.cache_size, clock)
        self._limit = Limit(settings.calls_per_second, settings.calls_in_flight, clock)
        self._flights: SingleFlight[Told] = SingleFlight(2 * settings.timeout + 1)

    def read(self, token: str) -> Access:
        """Return what `token` opens. Raises TokenFault, or PortalUnavailable when the portal could not be asked."""
        told = self._told(token)
        if not told:
            raise TokenFault("active", "it is expired, revoked or unknown")
        # The portal tells an API about the refresh tokens of others, too.
        if str(told.get("token_type", "bearer")).lower() not in ("bearer", "dpop"):
            raise TokenFault("token_type", "it is not an access token")
        if "iss" in told:
            check_issuer(dict(told), self._settings.issuer)
        check_audience(told, self._settings.audiences, needed=not self._settings.any_audience)
        self._check_times(told)
        return read_access(told, token)

    def _told(self, token: str) -> Told:
        key = hashed(token)
        for known in (self.good.get(key), self.refused.get(key)):
            if known is not None:
                return known
        return self._flights.do(key, lambda: self._ask(key, token))

    def _ask(self, key: str, token: str) -> Told:
        known = self.good.get(key)
        if known is not None:  # somebody has asked while this thread came here
            return known
        with self._limit.turn():
            told = self._introspection.ask(token)
        now = self._clock.now()
        if told:
            # RFC 7662 section 2.2: `exp` is optional; such a token is good for as long as the answer is.
            told = {"exp": now + max(self._settings.cache_seconds, 1), **told}
            self.good.put(key, told, now + self._settings.cache_seconds)
        else:
            self.refused.put(key, _NOTHING, now + self._settings.refused_seconds)
        return told

    def _check_times(self, told: Told) -> None:
        claims, now = dict(told), self._clock.now()
        if time_claim(claims, "exp") <= now:
            raise TokenFault("exp", "expired")
        if "nbf" in claims and time_claim(claims, "nbf") > now + self._settings.leeway:
            raise TokenFault("nbf", "not valid yet")
