"""Logout tokens: the portal's word that a person has signed out elsewhere (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sso_client.clock import Clock
from sso_client.endings import Endings
from sso_client.errors import LogoutRefused
from sso_client.hashing import hashed
from sso_client.keys import Keys
from sso_client.settings import Settings
from sso_client.signed_token import (
    LEEWAY_SECONDS,
    TokenFault,
    check_audience,
    check_issuer,
    check_times,
    open_signed,
    time_claim,
)
from sso_client.store import Store

EVENT = "http://schemas.openid.net/event/backchannel-logout"
OLDEST_SECONDS = 300
"""A token made longer ago is not believed, however long it says it is good; so no `jti` has to be kept for long."""

LONGEST_TEXT = 255


@dataclass(frozen=True, slots=True)
class Logout:
    """Which sessions end: those of `sid`, of `subject`, or of both together; "" stands for one that is not said.

    issued: seconds since 1970.   expires: after that time the token would not be believed anyway.
    """

    sid: str = field(repr=False)
    subject: str
    token_id: str = field(repr=False)
    issued: int
    expires: int


class LogoutTokens:
    """Believes logout tokens, each one once."""

    def __init__(self, settings: Settings, keys: Keys, store: Store, clock: Clock) -> None:
        self._settings = settings
        self._keys = keys
        self._store = store
        self._clock = clock
        self._endings = Endings(store, clock)

    def obey(self, logout_token: str) -> int:
        """End the sessions that `logout_token` is about and return how many there were.

        Raises LogoutRefused, after which nothing has ended; PortalUnavailable when keys cannot be fetched.
        """
        try:
            logout = self._checked(logout_token)
        except TokenFault as fault:
            raise LogoutRefused(fault.check, fault.reason) from fault
        with self._store.transaction():
            if not self._is_new(logout):
                raise LogoutRefused("jti", "this token has been used already")
            if logout.sid:
                return self._endings.at_portal(logout.sid, logout.subject)
            return self._endings.of_subject(logout.subject, logout.issued)

    def _checked(self, logout_token: str) -> Logout:
        """Section 2.6, in its order."""
        token = open_signed(logout_token, self._keys)
        claims, now = token.claims, self._clock.now()
        if token.kind.lower().removeprefix("application/") != "logout+jwt":
            raise TokenFault("typ", "not a logout token")
        check_issuer(claims, self._settings.issuer)
        check_audience(claims, self._settings.client_id)
        check_times(claims, now)
        issued = time_claim(claims, "iat")
        if issued < now - OLDEST_SECONDS - LEEWAY_SECONDS:
            raise TokenFault("iat", "made too long ago")
        sid, subject = _text(claims, "sid"), _text(claims, "sub")
        if not sid and not subject:
            raise TokenFault("sub", "neither sub nor sid")
        _check_event(claims)
        if "nonce" in claims:  # so that an id_token cannot be taken for a logout token, nor the other way round
            raise TokenFault("nonce", "a logout token has none")
        token_id = _text(claims, "jti")
        if not token_id:
            raise TokenFault("jti", "missing")
        expires = int(min(claims["exp"], issued + OLDEST_SECONDS)) + LEEWAY_SECONDS
        return Logout(sid, subject, token_id, int(issued), expires)

    def _is_new(self, logout: Logout) -> bool:
        """Note the token and say whether this call was the first to do so; decided by one statement."""
        self._store.execute("DELETE FROM logout_token WHERE expires < ?", self._clock.now())
        statement = (
            "INSERT OR IGNORE INTO logout_token (jti_hash, sid, subject, issued, expires) VALUES (?, ?, ?, ?, ?)"
        )
        values = hashed(logout.token_id), logout.sid, logout.subject, logout.issued, logout.expires
        return self._store.execute(statement, *values) == 1


def _text(claims: dict[str, Any], name: str) -> str:
    """Return the claim `name`, "" when it is not there."""
    if name not in claims:
        return ""
    value = claims[name]
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT or not value.isprintable():
        raise TokenFault(name, "not a string of sane length")
    return value


def _check_event(claims: dict[str, Any]) -> None:
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise TokenFault("events", "not about a sign-out")
