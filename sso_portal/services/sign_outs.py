"""Sign-outs: a session ends with its tokens, and everyone who takes part in it is going to be told.

Whoever ends a session comes through here: a person, a site on her behalf, an administrator, a changed password, time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sso_portal.base.clock import Clock
from sso_portal.base.events import EventName
from sso_portal.base.hashing import TokenHasher
from sso_portal.base.ids import identifier, token
from sso_portal.services.audit import Audit
from sso_portal.services.clients import Clients
from sso_portal.services.users import User
from sso_portal.storage.database import Work
from sso_portal.storage.logout_notices import LogoutNotice as LogoutNotice
from sso_portal.storage.logout_notices import LogoutNoticeStore
from sso_portal.storage.logout_notices import SignOut as SignOut
from sso_portal.storage.participations import ParticipationStore
from sso_portal.storage.sessions import Session, SessionStore
from sso_portal.storage.tokens import TokenStore

Reason = Literal[
    "signed_out",
    "ended_elsewhere",
    "ended_by_administrator",
    "password_changed",
    "account_disabled",
    "account_changed",
    "expired",
]
"""Why a session has ended."""

SITE_ENDED = "site_ended"
"""Why a sign-out is about one client only."""

_BATCH = 100
_HOLD_SECONDS = 5
"""Whoever ends a session tells the clients at once; others leave the notices alone for so long."""


@dataclass(frozen=True)
class Receipt:
    """A sign-out and what each client was told. ``number`` opens it to whoever has it; it is kept nowhere."""

    number: str
    sign_out: SignOut
    notices: Sequence[LogoutNotice]

    @property
    def is_settled(self) -> bool:
        """Whether nobody has still to be told."""
        return all(notice.state != "waiting" for notice in self.notices)


class SignOuts:
    """Every end of a session."""

    def __init__(self, work: Work, clients: Clients, hasher: TokenHasher, clock: Clock) -> None:
        """Work inside the given transaction."""
        self._sessions = SessionStore(work)
        self._tokens = TokenStore(work)
        self._participations = ParticipationStore(work)
        self._notices = LogoutNoticeStore(work)
        self._audit = Audit(work, clock)
        self._clients = clients
        self._hasher = hasher
        self._clock = clock

    def end(
        self, sid: str, because: Reason, *, client_id: str | None = None, continue_to: str | None = None
    ) -> Receipt | None:
        """End a session; ``None`` when it was over already. ``client_id`` has asked for it, and the person goes on to
        ``continue_to`` afterwards."""
        # In this order: ending waits for a code that is being redeemed, whose tokens are there to be revoked then.
        session = self._sessions.end(sid, because, self._clock.now())
        return self._ended(session, because, client_id, continue_to) if session is not None else None

    def end_all_of(self, user: User, because: Reason, *, but: Session | None = None) -> list[Receipt]:
        """End every session of a person, or all others; answers a receipt for each. Without ``but`` every token of hers
        ends too, also those that survive sign-outs."""
        receipts = [
            receipt
            # Always in the same order, so that two who do this do not wait for one another.
            for session in sorted(self._sessions.going_on(user.id), key=lambda session: session.sid)
            if but is None or session.sid != but.sid
            for receipt in [self.end(session.sid, because)]
            if receipt is not None
        ]
        if but is None:
            self._tokens.revoke_families("sessions_ended", self._clock.now(), user_id=user.id)
        return receipts

    def end_site(self, session: Session, client_id: str) -> Receipt | None:
        """Sign a person out of one client in one session; ``None`` when it took no part."""
        now = self._clock.now()
        told = self._participations.end(session.sid, now, client_id)
        if not told:
            return None
        self._tokens.revoke_families("site_ended", now, sid=session.sid, client_id=client_id)
        return self._note(session, SITE_ENDED, told, client_id, None)

    def taking_part(self, user: User, client_id: str) -> list[Session]:
        """A person's sessions that a client takes part in."""
        sessions = self._sessions.going_on(user.id)
        parts = self._participations.of_client(client_id, [session.sid for session in sessions])
        sids = {part.sid for part in parts}
        return [session for session in sessions if session.sid in sids]

    def end_site_in(self, sessions: Iterable[Session], client_id: str) -> list[Receipt]:
        """Sign a person out of one client in these sessions; answers a receipt for each that it took part in."""
        return [
            receipt
            # Always in the same order, so that two who do this do not wait for one another.
            for session in sorted(sessions, key=lambda session: session.sid)
            for receipt in [self.end_site(session, client_id)]
            if receipt is not None
        ]

    def end_expired(self, grace_seconds: int) -> list[Receipt]:
        """End sessions whose time is over; a use of a site may be reported so many seconds late. A batch at most."""
        before = self._clock.now() - grace_seconds
        over = self._sessions.past_their_time(before, _BATCH)
        return [
            self._ended(ended, "expired", None, None)
            # Always in the same order, so that two who do this do not wait for one another.
            for sid in sorted(session.sid for session in over)
            # Unless a use has been reported just now.
            for ended in [self._sessions.end(sid, "expired", self._clock.now(), unused_at=before)]
            if ended is not None
        ]

    def receipt(self, number: str) -> Receipt | None:
        """The receipt with this number."""
        receipt_hash = self._hasher.hash(number)
        sign_out = self._notices.sign_out(receipt_hash)
        return Receipt(number, sign_out, self._notices.of_receipt(receipt_hash)) if sign_out else None

    def unsettled(self, limit: int = 1000) -> Sequence[LogoutNotice]:
        """What could not be told yet, or was given up; newest first."""
        return self._notices.unsettled(limit)

    def latest_notices(self, limit: int = 1000) -> Sequence[tuple[LogoutNotice, SignOut]]:
        """Who was or is to be told, each with the sign-out that it is about; newest first."""
        return self._notices.latest(limit)

    def _ended(self, session: Session, because: Reason, client_id: str | None, continue_to: str | None) -> Receipt:
        now = self._clock.now()
        # An authorization that is no sign-in (no openid) does not end because nobody came by.
        self._tokens.revoke_families("session_ended", now, sid=session.sid, sign_ins_only=because == "expired")
        return self._note(session, because, self._participations.end(session.sid, now), client_id, continue_to)

    def _note(
        self, session: Session, because: str, told: Sequence[str], client_id: str | None, continue_to: str | None
    ) -> Receipt:
        now, number = self._clock.now(), token()
        receipt_hash = self._hasher.hash(number)
        sign_out = SignOut(receipt_hash, session.sid, session.user_id, because, client_id, continue_to, now)
        notices = [
            LogoutNotice(
                id=identifier(),
                receipt_hash=receipt_hash,
                sid=session.sid,
                user_id=session.user_id,
                client_id=name,
                state=self._first_state(name),
                created_at=now,
                next_attempt_at=now + _HOLD_SECONDS,
            )
            for name in told
        ]
        self._notices.add(sign_out, notices)
        what: EventName = "signed_out" if because == "signed_out" else "session_ended"
        self._audit.record(
            "site_ended" if because == SITE_ENDED else what,
            user_id=session.user_id,
            client_id=client_id,
            sid=session.sid,
            because=because,
            sites=told,
        )
        return Receipt(number, sign_out, notices)

    def _first_state(self, client_id: str) -> str:
        client = self._clients.find(client_id)
        if client is not None and client.metadata["backchannel_logout_uri"]:
            return "waiting"
        if client is not None and client.protected_site is not None:
            # Its proxy asks at every request.
            return "signed_out"
        return "in_browser" if client is not None and client.metadata["frontchannel_logout_uri"] else "not_told"
