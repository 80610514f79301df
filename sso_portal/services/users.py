"""People: adding, changing, and the check of a password."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sso_portal.base.clock import Clock
from sso_portal.base.errors import Refused
from sso_portal.base.hashing import SecretHasher
from sso_portal.base.ids import identifier
from sso_portal.storage.database import Work
from sso_portal.storage.users import User as User
from sso_portal.storage.users import UserStore

MINIMUM_PASSWORD = 8
MAXIMUM_PASSWORD = 1024
_MAXIMUM_USERNAME = 150
_MAXIMUM_NAME = 200
_MAXIMUM_EMAIL = 254
_MAXIMUM_HASH = 255
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[^@\s]+@localhost")


def username_key(username: str) -> str:
    """The form under which a user name is unique: NFKC, case folded, without surrounding blanks."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


@dataclass(frozen=True)
class PasswordCheck:
    """What a password check needs to run outside the database: the person, if known, and the hash, if any."""

    user: User | None
    stored: str | None


class Users:
    """Everyone who can sign in."""

    def __init__(self, work: Work, hasher: SecretHasher, clock: Clock) -> None:
        """Work inside the given transaction."""
        self._store = UserStore(work)
        self._hasher = hasher
        self._clock = clock

    def by_id(self, user_id: int) -> User | None:
        """The person with this internal number."""
        return self._store.by_id(user_id)

    def by_username(self, username: str) -> User | None:
        """The person with this user name, however its letters are cased."""
        return self._store.by_key(username_key(username))

    def all(self) -> Sequence[User]:
        """Everyone, by user name."""
        return self._store.all()

    def add(
        self,
        username: str,
        *,
        email: str,
        name: str = "",
        password: str = "",
        password_hash: str = "",
        is_administrator: bool = False,
    ) -> User:
        """Add a person who signs in with ``password``, or with the password of an argon2 ``password_hash``.

        Raises :class:`Refused` when the user name is taken or something is not acceptable.
        """
        key = username_key(username)
        # Folding changes lengths both ways: what is compared and what is shown have to fit.
        if not key or not _fits(key, _MAXIMUM_USERNAME) or not _fits(username.strip(), _MAXIMUM_USERNAME):
            raise Refused("A user name has 1 to 150 visible characters.")
        if not _fits(name.strip(), _MAXIMUM_NAME):
            raise Refused(f"The name of {username} has more than {_MAXIMUM_NAME} or unprintable characters.")
        if not _EMAIL.fullmatch(email) or not _fits(email, _MAXIMUM_EMAIL):
            raise Refused(f"{email!r} is not an e-mail address.")
        if password_hash and not (password_hash.startswith("$argon2") and _fits(password_hash, _MAXIMUM_HASH)):
            raise Refused(f"The password hash of {username} is not an argon2 hash.")
        secret_hash = password_hash or self._hasher.hash(checked_password(password))
        now = self._clock.now()
        added = self._store.add(
            key,
            subject=identifier(),
            username=username.strip(),
            name=name.strip() or username.strip(),
            email=email,
            email_verified=False,
            is_administrator=is_administrator,
            is_enabled=True,
            created_at=now,
            updated_at=now,
        )
        user = self._store.by_key(key)
        if not added or user is None:
            raise Refused(f"There is a person with the user name {username} already.")
        self._store.set_password(user.id, secret_hash, now)
        return user

    def set_password(self, user: User, password: str) -> None:
        """Give a person a new password. Raises :class:`Refused` when it is not acceptable."""
        self._store.set_password(user.id, self._hasher.hash(checked_password(password)), self._clock.now())

    def set_enabled(self, user: User, enabled: bool) -> None:
        """Let a person sign in, or no more."""
        self._store.change(user.id, is_enabled=enabled, updated_at=self._clock.now())

    def prepare_check(self, username: str) -> PasswordCheck:
        """Read what :meth:`check` needs; one statement, whether or not the name is known."""
        found = self._store.with_password(username_key(username))
        return PasswordCheck(*found) if found else PasswordCheck(None, None)

    def check(self, prepared: PasswordCheck, password: str) -> User | None:
        """The person, when the password is hers and she is enabled; slow, and equally slow whatever is wrong."""
        right = self._hasher.matches(password[:MAXIMUM_PASSWORD], prepared.stored)
        return prepared.user if right and prepared.user is not None and prepared.user.is_enabled else None

    def refresh_hash(self, prepared: PasswordCheck, password: str) -> None:
        """Make the stored hash anew when today's costs differ; for right passwords only."""
        if prepared.user and prepared.stored and self._hasher.is_outdated(prepared.stored):
            self._store.replace_password_hash(prepared.user.id, prepared.stored, self._hasher.hash(password))


def _fits(text: str, longest: int) -> bool:
    return len(text) <= longest and text.isprintable()


def checked_password(password: str) -> str:
    """``password`` when it is acceptable (OWASP ASVS 5, chapter 6.2: length counts, composition does not).

    Raises :class:`Refused`.
    """
    if not MINIMUM_PASSWORD <= len(password) <= MAXIMUM_PASSWORD:
        raise Refused(f"A password has {MINIMUM_PASSWORD} to {MAXIMUM_PASSWORD} characters.")
    return password
