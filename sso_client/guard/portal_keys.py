"""The portal's keys as an API needs them: fetched seldom, believed for a while when the portal is away."""

from __future__ import annotations

import threading
from typing import Any

from joserfc.jwk import Key

from sso_client.backchannel import Backchannel
from sso_client.clock import Clock
from sso_client.discovery import Discovery
from sso_client.documents import Document, Documents
from sso_client.errors import PortalUnavailable
from sso_client.guard.settings import GuardSettings
from sso_client.keys import fetched_keys, fitting_keys


class PortalKeys:
    """Finds the keys that may have signed an access token."""

    def __init__(
        self,
        settings: GuardSettings,
        discovery: Discovery,
        backchannel: Backchannel,
        documents: Documents,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._discovery = discovery
        self._backchannel = backchannel
        self._documents = documents
        self._clock = clock
        self._lock = threading.Lock()

    def candidates(self, algorithm: str, kid: str | None) -> list[Key]:
        """Return the public keys for `algorithm` named `kid` (all of the right type when the token names none).

        Raises PortalUnavailable when only the portal could tell and it does not answer.
        """
        url = self._discovery.metadata().jwks_uri
        kept = self._kept(url)
        found = fitting_keys(kept.body, algorithm, kid)
        if found:
            return found
        wait = self._settings.key_refresh_seconds
        if self._documents.claim_turn(f"unknown key {url}", wait):
            return fitting_keys(self._fetch(url).body, algorithm, kid)
        if self._age(kept) >= wait:
            # Whoever had the turn got no answer: this may well be a key of the portal's.
            raise PortalUnavailable("the token names a key that is not known, and the portal has not told of it")
        return []

    def _kept(self, url: str) -> Document:
        """The keys as they are known, younger than `key_seconds` unless the portal is away."""
        kept = self._documents.get(url)
        if kept is None:
            with self._lock:  # at the start everybody wants them at once
                return self._documents.get(url) or self._fetch(url)
        age = self._age(kept)
        if 0 <= age < self._settings.key_seconds:
            return kept
        is_over = not 0 <= age < self._settings.key_seconds + self._settings.stale_key_seconds
        # Nobody but the one whose turn it is waits for a portal that may be away.
        if not is_over and not self._documents.claim_turn(f"refresh {url}", self._settings.key_refresh_seconds):
            return kept
        try:
            return self._fetch(url)
        except PortalUnavailable:
            if is_over:
                raise
            return kept

    def _age(self, kept: Document) -> int:
        return self._clock.now() - kept.fetched

    def _fetch(self, url: str) -> Document:
        body: dict[str, Any] = fetched_keys(self._backchannel, url)
        return self._documents.put(url, body)
