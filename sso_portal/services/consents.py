"""Consents: what a person has agreed that a site may know or do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sso_portal.base.clock import Clock
from sso_portal.storage.consents import Consent, ConsentStore
from sso_portal.storage.database import Work


@dataclass(frozen=True)
class Agreement:
    """A remembered answer: scopes granted, and scopes she was asked for and declined."""

    granted: frozenset[str]
    declined: frozenset[str]

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
        return Agreement(frozenset(consent.scope.split()), frozenset(consent.declined.split()))

    def remember(self, user_id: int, client_id: str, granted: Sequence[str], declined: Sequence[str]) -> None:
        """Add an answer to what was answered before; the newest word on each scope counts."""
        before = self.find(user_id, client_id) or Agreement(frozenset(), frozenset())
        all_granted = (before.granted - set(declined)) | set(granted)
        all_declined = (before.declined - set(granted)) | set(declined)
        self._store.put(
            Consent(
                user_id, client_id, " ".join(sorted(all_granted)), " ".join(sorted(all_declined)), self._clock.now()
            )
        )
