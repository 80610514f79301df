"""Signing in with user name and password: counted, slowed, locked, and the same for whatever is wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from sso_portal.base.clock import Clock
from sso_portal.base.hashing import TokenHasher
from sso_portal.base.turns import Turns
from sso_portal.services.audit import Audit
from sso_portal.services.person_checks import username_key
from sso_portal.services.users import PasswordCheck, User, Users
from sso_portal.storage.attempts import AttemptStore, Ladder
from sso_portal.storage.database import Work


@dataclass(frozen=True)
class SignedIn:
    """The person proved who she is."""

    user: User


@dataclass(frozen=True)
class NotSignedIn:
    """She did not; ``until`` (seconds since the epoch) says when the next try counts, if it has to wait."""

    reason: Literal["wrong", "locked"]
    until: int | None = None


def ladder(free: int, lock: int, lock_seconds: int, forget_seconds: int) -> Ladder:
    """``free`` tries without waiting, then waits of 2, 4, 8 … seconds, and from the ``lock``-th failure on a lock."""
    waits = [min(2 ** (number - free), 60) for number in range(free + 1, lock)]
    return Ladder(tuple([0] * free + waits + [lock_seconds]), forget_seconds)


class SignIn:
    """The door. Until the password is found right it opens transactions of its own, so that no lock is held while it
    is being hashed; that the tries are forgotten then belongs to what comes of them."""

    def __init__(
        self,
        work: Work,
        transaction: Callable[[], AbstractContextManager[Work]],
        users_of: Callable[[Work], Users],
        hasher: TokenHasher,
        clock: Clock,
        *,
        turns: Turns,
        account_ladder: Ladder,
        address_ladder: Ladder,
    ) -> None:
        """Tries are counted by a ``transaction`` at once, and forgotten in ``work``, with the session or the tokens
        that she gets. People are read by ``users_of`` the former, so that nobody who waits for a turn at hashing holds
        a connection."""
        self._work = work
        self._transaction = transaction
        self._users_of = users_of
        self._turns = turns
        self._hasher = hasher
        self._clock = clock
        self._account_ladder = account_ladder
        self._address_ladder = address_ladder

    def with_password(
        self, username: str, password: str, address: str, *, client_id: str | None = None
    ) -> SignedIn | NotSignedIn:
        """Try to sign in from a network address. A failure is counted before the password is even looked at.

        ``client_id`` is the app that has been given the password. Raises :class:`Overloaded` before anything is
        counted: who is sent away has not tried. Call it before anything is written in this object's own work.
        """
        with self._turns.turn(f"client {client_id}" if client_id else f"address {address}"):
            return self._try(username, password, address, client_id)

    def _try(self, username: str, password: str, address: str, client_id: str | None) -> SignedIn | NotSignedIn:
        account_key, address_key = self._keys(username, address)
        now = self._clock.now()
        with self._transaction() as work:
            attempts = AttemptStore(work)
            until = attempts.reserve(account_key, self._account_ladder, now)
            if until is None:
                until = attempts.reserve(address_key, self._address_ladder, now)
                if until is not None:
                    attempts.give_back(account_key, now)
            users = self._users_of(work)
            prepared = users.prepare_check(username)
        if until is not None:
            return NotSignedIn("locked", until)
        user = users.check(prepared, password)
        if user is None:
            self._note_failure(prepared, account_key, address_key, client_id)
            return NotSignedIn("wrong")
        if users.is_outdated(prepared):
            with self._transaction() as work:
                # Of its own: it hashes once more, and begins to write only after that.
                self._users_of(work).refresh_hash(prepared, password)
        attempts = AttemptStore(self._work)
        attempts.clear(account_key)
        attempts.give_back(address_key, now)
        return SignedIn(user)

    def _note_failure(self, prepared: PasswordCheck, account_key: str, address_key: str, client_id: str | None) -> None:
        """Committed at once, as the counters are. An unknown name is not told: now and then it is a password. Tries
        that a lock keeps out are not noted one by one: whoever is locked out could go on for ever."""
        user, now = prepared.user, self._clock.now()
        user_id = user.id if user is not None else None
        reason = "name_unknown" if user is None else "password_wrong" if user.is_enabled else "account_disabled"
        with self._transaction() as work:
            attempts, audit = AttemptStore(work), Audit(work, self._clock)
            audit.record("sign_in_failed", user_id=user_id, client_id=client_id, reason=reason)
            until = attempts.locked_until(account_key, self._account_ladder, now)
            if until is not None and user_id is not None:
                audit.record("account_locked", user_id=user_id, until=until)
            until = attempts.locked_until(address_key, self._address_ladder, now)
            if until is not None:
                audit.record("address_locked", until=until)

    def unlock(self, username: str) -> None:
        """Forget the failures of an account."""
        AttemptStore(self._work).clear(self._keys(username, "")[0])

    def _keys(self, username: str, address: str) -> tuple[str, str]:
        # Hashed: what stands in the name field is now and then a password.
        return f"account:{self._hasher.hash(username_key(username))}", f"address:{address}"
