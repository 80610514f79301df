"""People: adding, changing, and the check of a password."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sso_portal.base.clock import Clock
from sso_portal.base.errors import Refused, UsernameTaken
from sso_portal.base.hashing import SecretHasher
from sso_portal.base.ids import identifier
from sso_portal.services.audit import Audit
from sso_portal.services.person_checks import (
    MAXIMUM_PASSWORD,
    checked_email,
    checked_name,
    checked_password,
    checked_username,
    fits,
    username_key,
)
from sso_portal.services.profile import COLUMNS, changed_profile, checked_roles
from sso_portal.storage.database import Work
from sso_portal.storage.users import User as User
from sso_portal.storage.users import UserStore

_MAXIMUM_HASH = 255


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
        self._audit = Audit(work, clock)
        self._hasher = hasher
        self._clock = clock

    def by_id(self, user_id: int) -> User | None:
        """The person with this internal number."""
        return self._store.by_id(user_id)

    def by_username(self, username: str) -> User | None:
        """The person with this user name, however its letters are cased."""
        return self._store.by_key(username_key(username))

    def by_subject(self, subject: str) -> User | None:
        """The person whom clients know by this identifier."""
        return self._store.by_subject(subject)

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

        Raises :class:`UsernameTaken`, and :class:`Refused` when something is not acceptable.
        """
        username, name, key = checked_username(username), checked_name(name), username_key(username)
        checked_email(email)
        if password_hash and not (password_hash.startswith("$argon2") and fits(password_hash, _MAXIMUM_HASH)):
            raise Refused(f"The password hash of {username} is not an argon2 hash.")
        secret_hash = password_hash or self._hasher.hash(checked_password(password))
        now = self._clock.now()
        added = self._store.add(
            key,
            subject=identifier(),
            username=username,
            name=name or username,
            email=email,
            email_verified=False,
            is_administrator=is_administrator,
            is_enabled=True,
            created_at=now,
            updated_at=now,
        )
        user = self._store.by_key(key)
        if not added or user is None:
            raise UsernameTaken(f"There is a person with the user name {username} already.")
        self._store.set_password(user.id, secret_hash, now)
        self._audit.record("account_added", user_id=user.id, administrator=is_administrator)
        return user

    def set_password(self, user: User, password: str) -> None:
        """Give a person a new password. Raises :class:`Refused` when it is not acceptable."""
        self._store.set_password(user.id, self._hasher.hash(checked_password(password)), self._clock.now())
        self._audit.record("password_changed", user_id=user.id)

    def set_enabled(self, user: User, enabled: bool) -> None:
        """Let a person sign in, or no more."""
        self._store.change(user.id, is_enabled=enabled, updated_at=self._clock.now())
        self._audit.record("account_enabled" if enabled else "account_disabled", user_id=user.id)

    def set_profile(self, user: User, changes: Mapping[str, Any]) -> User:
        """Change standard claims by their names (OpenID Connect Core, section 5.1); ``None`` or an empty text removes
        one. A new e-mail address is not verified unless that is said with it.

        Raises :class:`Refused`.
        """
        current = self._held(user)
        profile = changed_profile(current.profile, {name: changes[name] for name in changes if name not in COLUMNS})
        columns = _changed_columns(current, {name: changes[name] for name in changes if name in COLUMNS})
        self._store.change(user.id, profile=profile, **columns)
        # Which claims, not what they say now: that is nobody's business for so long.
        self._audit.record("account_changed", user_id=user.id, changed=sorted(changes))
        return replace(current, profile=profile, **columns)

    def set_roles(self, user: User, roles: Iterable[str]) -> User:
        """Give a person these roles and no others. Raises :class:`Refused`."""
        current, checked = self._held(user), checked_roles(roles)
        self._store.change(user.id, roles=checked)
        given, taken = sorted(set(checked) - set(current.roles)), sorted(set(current.roles) - set(checked))
        if given or taken:
            self._audit.record("roles_changed", user_id=user.id, given=given, taken=taken)
        return replace(current, roles=checked)

    def change_roles(self, user: User, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> User:
        """Give a person some roles more, and take some. Raises :class:`Refused`."""
        current, unwanted = self._held(user), frozenset(remove)
        return self.set_roles(current, [role for role in [*current.roles, *add] if role not in unwanted])

    def _held(self, user: User) -> User:
        """The person as she is now. Written first, so that nobody changes her until this transaction ends: her claims
        are one value, which two changes at once would write over each other."""
        self._store.change(user.id, updated_at=self._clock.now())
        return self._store.by_id(user.id) or user

    def prepare_check(self, username: str) -> PasswordCheck:
        """Read what :meth:`check` needs; one statement, whether or not the name is known."""
        found = self._store.with_password(username_key(username))
        return PasswordCheck(*found) if found else PasswordCheck(None, None)

    def check(self, prepared: PasswordCheck, password: str) -> User | None:
        """The person, when the password is hers and she is enabled; slow, and equally slow whatever is wrong."""
        right = self._hasher.matches(password[:MAXIMUM_PASSWORD], prepared.stored)
        return prepared.user if right and prepared.user is not None and prepared.user.is_enabled else None

    def is_outdated(self, prepared: PasswordCheck) -> bool:
        """Whether today's costs differ from those of the stored hash; for right passwords only."""
        return prepared.stored is not None and self._hasher.is_outdated(prepared.stored)

    def refresh_hash(self, prepared: PasswordCheck, password: str) -> None:
        """Make the stored hash anew when it is outdated; for right passwords only."""
        if prepared.user and prepared.stored and self.is_outdated(prepared):
            self._store.replace_password_hash(prepared.user.id, prepared.stored, self._hasher.hash(password))


def _changed_columns(user: User, changes: Mapping[str, Any]) -> dict[str, Any]:
    changed = dict(changes)
    for name in changes:
        if not isinstance(changed[name], COLUMNS[name]) or changed[name] == "":
            raise Refused(f"{name}: {'is true or false' if COLUMNS[name] is bool else 'every person has one'}.")
    if "name" in changed:
        changed["name"] = checked_name(changed["name"]) or user.username
    if "email" in changed:
        checked_email(changed["email"])
        changed.setdefault("email_verified", user.email_verified and user.email == changed["email"])
    return changed
