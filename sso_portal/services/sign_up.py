"""Creating an account: a newcomer says who she is and chooses how she signs in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal

from sso_portal.base.clock import Clock
from sso_portal.base.errors import Refused, UsernameTaken
from sso_portal.base.hashing import SecretHasher
from sso_portal.base.turns import Turns
from sso_portal.services.person_checks import checked_email, checked_name, checked_password, checked_username
from sso_portal.services.sign_in import SignedIn, SignIn
from sso_portal.services.users import User, Users
from sso_portal.storage.attempts import AttemptStore, Ladder
from sso_portal.storage.database import Work

Problem = Literal["missing", "malformed", "taken"]

_USERNAME = re.compile(r"[\w.-]+")
_DOUBLE_SECONDS = 600
"""How long the same form, sent again, still means the account that it made."""


@dataclass(frozen=True)
class Newcomer:
    """What the form said."""

    username: str = ""
    name: str = ""
    email: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Created:
    """The account is there, made now or by the same form a moment ago."""

    user: User


@dataclass(frozen=True)
class NotCreated:
    """It is not: what is wrong, by field; or nothing is, and ``until`` (seconds) says when the next try counts."""

    problems: Mapping[str, Problem] = field(default_factory=dict)
    until: int | None = None


class SignUp:
    """The desk for newcomers. Like the door, it opens transactions of its own: no lock is held while a password is
    being hashed, and a try is counted whatever comes of it."""

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[Work]],
        hasher: SecretHasher,
        clock: Clock,
        sign_in: SignIn,
        ladder: Ladder,
        turns: Turns,
    ) -> None:
        """``ladder`` slows tries from one address, whether or not they succeed: each tells about one user name.
        ``turns`` are those at hashing."""
        self._transaction = transaction
        self._hasher = hasher
        self._clock = clock
        self._sign_in = sign_in
        self._ladder = ladder
        self._turns = turns

    def create(self, newcomer: Newcomer, address: str) -> Created | NotCreated:
        """Add a person who came from a network address, unless her user name is taken. Raises :class:`Overloaded`
        before anything is done."""
        newcomer = _tidied(newcomer)
        problems = problems_of(newcomer)
        if problems:
            return NotCreated(problems)
        with self._turns.turn(f"address {address}"):
            outcome = self._try(newcomer, address)
        if outcome is not None:
            return outcome
        user = self._sent_again(newcomer, address)
        return Created(user) if user is not None else NotCreated({"username": "taken"})

    def _try(self, newcomer: Newcomer, address: str) -> Created | NotCreated | None:
        """Count the try and add her; ``None`` when there is somebody with this user name."""
        with self._transaction() as work:
            until = AttemptStore(work).reserve(f"sign-up:{address}", self._ladder, self._clock.now())
        if until is not None:
            return NotCreated(until=until)
        try:
            with self._transaction() as work:
                return Created(self._users(work).add(**vars(newcomer)))
        except UsernameTaken:
            return None

    def _sent_again(self, newcomer: Newcomer, address: str) -> User | None:
        """The person whom this very form has made a moment ago, as a double click sends it twice. Of other people not
        even the password is tried: choosing a name that is taken is no failed sign-in of theirs."""
        with self._transaction() as work:
            user = self._users(work).by_username(newcomer.username)
        recent = self._clock.now() - _DOUBLE_SECONDS
        if user is None or user.created_at < recent or user.email != newcomer.email:
            return None
        outcome = self._sign_in.with_password(newcomer.username, newcomer.password, address)
        return outcome.user if isinstance(outcome, SignedIn) else None

    def _users(self, work: Work) -> Users:
        return Users(work, self._hasher, self._clock)


def _tidied(newcomer: Newcomer) -> Newcomer:
    """What was meant: blanks around it are left by keyboards, and a name is kept as it is compared, but for case."""
    username = unicodedata.normalize("NFKC", newcomer.username).strip()
    return Newcomer(username, newcomer.name.strip(), newcomer.email.strip(), newcomer.password)


def problems_of(newcomer: Newcomer) -> dict[str, Problem]:
    """What is wrong with each field. A chosen user name has only letters, digits, ``.``, ``-`` and ``_``, so that it
    can be read out and typed."""
    problems: dict[str, Problem] = {}
    for name, check in _CHECKS.items():
        value = getattr(newcomer, name)
        if not value:
            problems[name] = "missing"
            continue
        try:
            check(value)
        except Refused:
            problems[name] = "malformed"
    return problems


def _chosen_username(username: str) -> str:
    if not _USERNAME.fullmatch(username):
        raise Refused("A user name has letters, digits, dots, hyphens and underscores.")
    return checked_username(username)


_CHECKS: Mapping[str, Callable[[str], str]] = {
    "username": _chosen_username,
    "name": checked_name,
    "email": checked_email,
    "password": checked_password,
}
