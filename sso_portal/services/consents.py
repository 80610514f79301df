"""Consents: what a person has agreed that a site may know or do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sso_portal.base.clock import Clock
from sso_portal.storage.consents import Consent, ConsentStore
from sso_portal.storage.database import Work

_DETAIL = "authorization_details:"
"""Stands before the digest of an entry, kept beside the scopes."""

_MOST_DETAILS = 100


@dataclass(frozen=True)
class Agreement:
    """A remembered answer: scopes granted, and scopes she was asked for and declined."""

    granted: frozenset[str]
    declined: frozenset[str]
    # Of entries that may be remembered (RFC 9396), by their digests.
    details: frozenset[str] = frozenset()

    def answers(self, scopes: Sequence[str]) -> bool:
        """Whether she has been asked for every one of ``scopes`` before."""
        return set(scopes) <= self.granted | self.declined

    def granted_of(self, scopes: Sequence[str]) -> list[str]:
        """Those of ``scopes`` that she granted, in their order."""
        return [scope for scope in scopes if scope in self.granted]


class Consents:
    """Every remembered answer."""

    def __init__(self, work: Work, clock: Clock) -> None:
        """Work inside the given transaction."""
        self._store = ConsentStore(work)
        self._clock = clock

    def find(self, user_id: int, client_id: str) -> Agreement | None:
        """What this person answered this client, if she was ever asked."""
        consent = self._store.get(user_id, client_id)
        if consent is None:
            return None
        granted = consent.scope.split()
        details = frozenset(word.removeprefix(_DETAIL) for word in granted if word.startswith(_DETAIL))
        scopes = frozenset(word for word in granted if not word.startswith(_DETAIL))
        return Agreement(scopes, frozenset(consent.declined.split()), details)

    def remember(
        self,
        user_id: int,
        client_id: str,
        granted: Sequence[str],
        declined: Sequence[str],
        details: Collection[str] = (),
    ) -> None:
        """Add an answer to what was answered before; the newest word on each scope counts. ``details`` are digests."""
        before = self.find(user_id, client_id) or Agreement(frozenset(), frozenset())
        all_granted = (before.granted - set(declined)) | set(granted)
        all_declined = (before.declined - set(granted)) | set(declined)
        # More are not kept: she is asked again.
        all_details = before.details | set(details) if len(before.details) < _MOST_DETAILS else before.details
        words = [*sorted(all_granted), *(f"{_DETAIL}{digest}" for digest in sorted(all_details))]
        self._store.put(Consent(user_id, client_id, " ".join(words), " ".join(sorted(all_declined)), self._clock.now()))
