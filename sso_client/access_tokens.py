"""A good access token for a session, refreshed when needed, once, however many requests need it at the same time.

With refresh token rotation two refreshes with one token look like a theft and end everything (RFC 9700 section
4.14.2). So one caller takes the lease and asks the portal; the others wait and read what it got.
"""

from __future__ import annotations

import time

from sso_client.clock import Clock
from sso_client.errors import PortalUnavailable, SignInRequired, TokenRefused
from sso_client.exchange import Exchange
from sso_client.token_rows import TokenRow, TokenRows

EARLY_SECONDS = 30
"""A token is refreshed this long before it ends, so that it does not end on its way to an API."""

_POLL_SECONDS = 0.02
_ENDED = "the session has ended or its refresh token is no longer good"


class AccessTokens:
    """Hands out access tokens of sessions."""

    def __init__(self, rows: TokenRows, exchange: Exchange, clock: Clock, timeout: float) -> None:
        """`timeout`: seconds that one call to the portal may take; a refresh may need two (metadata and token)."""
        self._rows = rows
        self._exchange = exchange
        self._clock = clock
        self._patience = 2 * timeout + 1
        # Longer than a refresh can take: whoever takes over a lease sends the same refresh token a second time.
        self._lease_seconds = int(6 * timeout) + 5

    def current(self, id_hash: str) -> TokenRow:
        """Return a token that is good now.

        Raises SignInRequired when the session has ended or cannot be refreshed any more, and PortalUnavailable when a
        refresh is needed and the portal does not answer; the session stays then.
        """
        row = self._read(id_hash)
        if not self._ends_soon(row):
            return row
        try:
            return self.renewed(id_hash, row.version)
        except PortalUnavailable:
            if row.expires is not None and row.expires > self._clock.now():
                return row  # it ends soon but is good still
            raise

    def renewed(self, id_hash: str, version: int) -> TokenRow:
        """Return a token younger than `version`, refreshing when nobody else has done so. Raises as `current` does."""
        give_up = time.monotonic() + self._patience
        while True:
            row = self._read(id_hash)
            if row.version != version:
                return row
            owner = self._rows.lease(id_hash, version, self._lease_seconds)
            if owner is not None:
                return self._refresh(id_hash, row, owner)
            if time.monotonic() > give_up:
                raise PortalUnavailable("another request has been refreshing this token for too long")
            time.sleep(_POLL_SECONDS)

    def _refresh(self, id_hash: str, row: TokenRow, owner: str) -> TokenRow:
        try:
            if not row.refresh_token:
                raise TokenRefused("invalid_grant")  # the portal gave none: the same as one that is no longer good
            self._rows.replace(id_hash, owner, self._exchange.refresh(row.refresh_token))
        except TokenRefused as refusal:
            if refusal.code != "invalid_grant":
                # The portal refuses the site, not the person's grant: her session is none the worse for it.
                raise PortalUnavailable(str(refusal)) from refusal
            self._rows.end_session(id_hash, owner)
            raise SignInRequired(_ENDED) from refusal
        finally:
            self._rows.give_back(id_hash, owner)
        return self._read(id_hash)

    def _read(self, id_hash: str) -> TokenRow:
        row = self._rows.read(id_hash)
        if row is None:
            raise SignInRequired(_ENDED)
        return row

    def _ends_soon(self, row: TokenRow) -> bool:
        early = EARLY_SECONDS if row.refresh_token else 0
        return row.expires is not None and row.expires <= self._clock.now() + early
