"""Consents: what a person has agreed that a site may know or do, and for how long."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sso_portal.base.clock import Clock
from sso_portal.storage.consents import Consent, ConsentStore
from sso_portal.storage.database import Work
from sso_portal.storage.tokens import TokenStore

UNTIL_REMOVED, FOR_DAYS, ONLY_NOW = "until_removed", "days", "once"
"""How long a person may want her answer to be kept."""

_DETAIL = "authorization_details:"
"""Stands before the digest of an entry, kept beside the scopes."""

_MOST_DETAILS = 100
_DAY = 86_400

_NOTE_SECONDS = 3_600
"""That a site came back with an answer is written at most this often."""


@dataclass(frozen=True)
class Agreement:
    """A remembered answer: scopes granted, and scopes she was asked for and declined.

    Times are seconds: ``since`` she agreed for the first time, ``until`` it is over (``None``: she takes it back),
    ``used_at`` is the last use that was noted.
    """

    granted: frozenset[str]
    declined: frozenset[str]
    # Of entries that may be remembered (RFC 9396), by their digests.
    details: frozenset[str] = frozenset()
    since: int = 0
    until: int | None = None
    used_at: int = 0

    def answers(self, scopes: Sequence[str]) -> bool:
        """Whether she has been asked for every one of ``scopes`` before."""
        return set(scopes) <= self.granted | self.declined

    def granted_of(self, scopes: Sequence[str]) -> list[str]:
        """Those of ``scopes`` that she granted, in their order."""
        return [scope for scope in scopes if scope in self.granted]


class Consents:
    """Every remembered answer."""

    def __init__(self, work: Work, clock: Clock, *, days: int = 30) -> None:
        """Work inside the given transaction; ``days`` is how long *for some days* is, 0 when nobody is offered it."""
        self._store = ConsentStore(work)
        self._tokens = TokenStore(work)
        self._clock = clock
        self.days = days

    def find(self, user_id: int, client_id: str) -> Agreement | None:
        """What this person answered this client, if she was ever asked and it still holds."""
        consent = self._store.get(user_id, client_id)
        return _agreement(consent) if consent is not None and not self._is_over(consent) else None

    def of_user(self, user_id: int) -> Mapping[str, Agreement]:
        """Every answer of this person that still holds, by client; one statement."""
        found = self._store.of_user(user_id)
        return {consent.client_id: _agreement(consent) for consent in found if not self._is_over(consent)}

    def _is_over(self, consent: Consent) -> bool:
        return consent.expires_at is not None and consent.expires_at <= self._clock.now()

    def until(self, keep: str) -> int | None:
        """When an answer that is kept as she chose will be over."""
        return self._clock.now() + self.days * _DAY if keep == FOR_DAYS and self.days else None

    def remember(
        self,
        user_id: int,
        client_id: str,
        granted: Sequence[str],
        declined: Sequence[str],
        details: Collection[str] = (),
        *,
        until: int | None = None,
    ) -> None:
        """Add an answer to what was answered before; the newest word on each scope counts, and on the time for all of
        it: tokens that the client has already last no longer than ``until``. ``details`` are digests."""
        before = self.find(user_id, client_id) or Agreement(frozenset(), frozenset())
        all_granted = (before.granted - set(declined)) | set(granted)
        all_declined = (before.declined - set(granted)) | set(declined)
        # More are not kept: she is asked again.
        all_details = before.details | set(details) if len(before.details) < _MOST_DETAILS else before.details
        words = [*sorted(all_granted), *(f"{_DETAIL}{digest}" for digest in sorted(all_details))]
        scope, declined_scope = " ".join(words), " ".join(sorted(all_declined))
        now = self._clock.now()
        self._store.put(Consent(user_id, client_id, scope, declined_scope, now, expires_at=until))
        if until != before.until:
            self._tokens.agree_until(user_id, client_id, until, now)

    def note_use(self, user_id: int, client_id: str, agreement: Agreement) -> None:
        """Note that a client came back with an answer, at most once an hour."""
        now = self._clock.now()
        if now - agreement.used_at >= _NOTE_SECONDS:
            self._store.touch(user_id, client_id, now)

    def forget(self, user_id: int, client_id: str) -> bool:
        """Remember no answer to this client any more; ``False`` when none was remembered."""
        return self._store.remove(user_id, client_id)


def _agreement(consent: Consent) -> Agreement:
    granted = consent.scope.split()
    details = frozenset(word.removeprefix(_DETAIL) for word in granted if word.startswith(_DETAIL))
    scopes = frozenset(word for word in granted if not word.startswith(_DETAIL))
    since = consent.granted_at if consent.first_granted_at is None else consent.first_granted_at
    used_at = max(consent.granted_at, consent.last_used_at or 0)
    declined = frozenset(consent.declined.split())
    return Agreement(scopes, declined, details, since, consent.expires_at, used_at)
