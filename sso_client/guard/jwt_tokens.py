"""Access tokens that the API checks by itself (RFC 9068 section 4): no call to the portal, but for its keys."""

from __future__ import annotations

from sso_client.clock import Clock
from sso_client.guard.access import Access
from sso_client.guard.settings import GuardSettings
from sso_client.guard.token_claims import check_audience, read_access
from sso_client.json_answer import text_member
from sso_client.keys import KeyFinder
from sso_client.signed_token import TokenFault, check_issuer, check_times, open_signed


class JwtTokens:
    """Believes what a key of the portal has signed, for this API, just now."""

    def __init__(self, settings: GuardSettings, keys: KeyFinder, clock: Clock) -> None:
        self._settings = settings
        self._keys = keys
        self._clock = clock

    def read(self, token: str) -> Access:
        """Return what `token` opens; its header has been looked at already (token_form.py).

        Raises TokenFault, or PortalUnavailable when keys cannot be fetched.
        """
        claims = open_signed(token, self._keys).claims
        check_issuer(claims, self._settings.issuer)
        check_audience(claims, self._settings.audiences)
        check_times(claims, self._clock.now(), self._settings.leeway)
        for name in ("sub", "client_id"):  # RFC 9068 section 2.2
            if not text_member(claims, name):
                raise TokenFault(name, f"it has no {name}")
        return read_access(claims, token)
