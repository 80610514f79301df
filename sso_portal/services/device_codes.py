"""Device codes: a device shows a code, a person answers it elsewhere, the device fetches its tokens (RFC 8628)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sso_portal.base.clock import Clock
from sso_portal.base.hashing import TokenHasher
from sso_portal.base.ids import identifier, token
from sso_portal.base.user_codes import draw_user_code, read_user_code
from sso_portal.services.audit import Audit
from sso_portal.services.sessions import Session
from sso_portal.storage.attempts import AttemptStore, Ladder
from sso_portal.storage.database import Work
from sso_portal.storage.device_codes import DeviceCode as DeviceCode
from sso_portal.storage.device_codes import DeviceCodeStore
from sso_portal.storage.sessions import SessionStore

_DRAWS = 10
"""So many user codes are drawn before the portal gives up; two of them meet about once in a thousand million."""

_SLOWER_BY = 5
"""Seconds by which the interval grows with each hasty poll (section 3.5)."""


@dataclass(frozen=True)
class Begun:
    """What a device is told: the code it polls with, and the one it shows."""

    device_code: str
    user_code: str


@dataclass(frozen=True)
class Slowed:
    """Too many wrong codes were typed; ``until`` (seconds since the epoch) says when the next try counts."""

    until: int


@dataclass(frozen=True)
class Polled:
    """How a device's wish stands; ``record`` is there unless the state is ``unknown``."""

    state: Literal["unknown", "replayed", "expired", "denied", "pending", "slow_down", "allowed"]
    record: DeviceCode | None = None


class DeviceCodes:
    """Every device code."""

    def __init__(
        self,
        work: Work,
        hasher: TokenHasher,
        clock: Clock,
        *,
        code_seconds: int,
        poll_seconds: int,
        person_ladder: Ladder,
        address_ladder: Ladder,
    ) -> None:
        """The ladders slow whoever types wrong codes; they count in the given transaction, since nothing here is slow
        enough to hold a lock."""
        self._store = DeviceCodeStore(work)
        self._sessions = SessionStore(work)
        self._attempts = AttemptStore(work)
        self._audit = Audit(work, clock)
        self._hasher = hasher
        self._clock = clock
        self.code_seconds = code_seconds
        self.poll_seconds = poll_seconds
        self._person_ladder = person_ladder
        self._address_ladder = address_ladder

    def begin(self, client_id: str, scope: str) -> Begun | None:
        """Two fresh codes for a device; ``None`` when every user code that was drawn is taken."""
        now = self._clock.now()
        device_code, family_id = token(), identifier()
        for _ in range(_DRAWS):
            user_code = draw_user_code()
            record = DeviceCode(
                device_code_hash=self._hasher.hash(device_code),
                user_code_hash=self._hasher.hash(user_code),
                family_id=family_id,
                client_id=client_id,
                scope=scope,
                issued_at=now,
                expires_at=now + self.code_seconds,
                poll_seconds=self.poll_seconds,
            )
            if self._store.add(record):
                return Begun(device_code, user_code)
        return None

    def find_typed(self, typed: str, user_id: int, address: str) -> DeviceCode | Slowed | None:
        """The living device code whose user code a signed-in person typed; one that is unknown, expired or answered by
        somebody else is ``None``, and counts against the person and the network address (section 5.1).

        The failure is counted before the code is looked up, so that guesses at once cannot slip through.
        """
        user_code = read_user_code(typed)
        if user_code is None:
            return None
        now = self._clock.now()
        person_key, address_key = f"device-person:{user_id}", f"device-address:{address}"
        until = self._attempts.reserve(person_key, self._person_ladder, now)
        if until is not None:
            return Slowed(until)
        until = self._attempts.reserve(address_key, self._address_ladder, now)
        if until is not None:
            self._attempts.give_back(person_key, now)
            return Slowed(until)
        record = self._store.by_user_code_hash(self._hasher.hash(user_code))
        if record is None or record.expires_at <= now or record.user_id not in {None, user_id}:
            return None
        self._attempts.give_back(person_key, now)
        self._attempts.give_back(address_key, now)
        return record

    def allow(self, record: DeviceCode, session: Session, scopes: Sequence[str]) -> bool:
        """The person lets the device in with these scopes; ``False`` when the code was answered or expired by now."""
        return self._decide(record, session, "allowed", scope=" ".join(scopes), auth_time=session.auth_time)

    def deny(self, record: DeviceCode, session: Session) -> bool:
        """The person does not; ``False`` as above."""
        return self._decide(record, session, "denied")

    def _decide(self, record: DeviceCode, session: Session, decision: str, **more: object) -> bool:
        answer = {"decision": decision, "user_id": session.user_id, "sid": session.sid, **more}
        if not self._store.decide(record.device_code_hash, self._clock.now(), **answer):
            return False
        self._audit.record(
            "device_let_in" if decision == "allowed" else "device_refused",
            user_id=session.user_id,
            client_id=record.client_id,
            sid=session.sid,
            scopes=str(more.get("scope", "")).split(),
        )
        return True

    def poll(self, device_code: str, client_id: str) -> Polled:
        """How a device's wish stands. Another client's code is as unknown as one that never was."""
        now = self._clock.now()
        record = self._store.by_hash(self._hasher.hash(device_code))
        if record is None or record.client_id != client_id:
            return Polled("unknown")
        if record.consumed_at is not None:
            return Polled("replayed", record)
        if record.expires_at <= now:
            return Polled("expired", record)
        if record.decision is not None:
            return Polled("allowed" if record.decision == "allowed" else "denied", record)
        # Haste is held against a device only while there is nothing to tell it.
        in_time = self._store.poll(record.device_code_hash, now, _SLOWER_BY)
        return Polled("pending" if in_time else "slow_down", record)

    def consume(self, record: DeviceCode) -> bool:
        """Use an allowed code up; of any number of attempts at once exactly one gets ``True``."""
        return self._store.consume(record.device_code_hash, self._clock.now())

    def amr_of(self, record: DeviceCode) -> str:
        """How the person who answered has proved who she is: values of RFC 8176, separated by spaces."""
        return self._sessions.amr_of(record.sid) if record.sid is not None else ""

    def is_consumed(self, record: DeviceCode) -> bool:
        """Whether somebody has fetched the tokens of a code by now."""
        now = self._store.by_hash(record.device_code_hash)
        return now is not None and now.consumed_at is not None
