"""The tokens of a site session in the store, and the lease that lets exactly one caller refresh them."""

from __future__ import annotations

from dataclasses import dataclass, field

from sso_client.clock import Clock
from sso_client.endings import Endings
from sso_client.hashing import new_secret
from sso_client.store import Store
from sso_client.tokens import Tokens


@dataclass(frozen=True, slots=True)
class TokenRow:
    """The tokens of a session as they are now. `version` grows by one with every refresh."""

    access_token: str = field(repr=False)
    expires: int | None
    refresh_token: str = field(repr=False)
    version: int


class TokenRows:
    """Reads and replaces the tokens of sessions."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._endings = Endings(store, clock)

    def read(self, id_hash: str) -> TokenRow | None:
        """Return the tokens of the session, or None when it has ended."""
        row = self._store.row(
            "SELECT access_token, access_expires, refresh_token, token_version FROM site_session"
            " WHERE id_hash = ? AND expires > ? AND ended_at IS NULL",
            id_hash,
            self._clock.now(),
        )
        if row is None:
            return None
        access_token, expires, refresh_token, version = row
        return TokenRow(
            str(access_token), None if expires is None else int(expires), str(refresh_token), int(version or 0)
        )

    def lease(self, id_hash: str, version: int, seconds: int) -> str | None:
        """Take the right to refresh tokens of this `version` for `seconds`; None when somebody else has it.

        One statement decides between threads and processes. The time limit frees the lease of a process that died.
        """
        owner, now = new_secret(), self._clock.now()
        changed = self._store.execute(
            "UPDATE site_session SET lease_owner = ?, lease_until = ?"
            " WHERE id_hash = ? AND token_version = ? AND lease_until <= ? AND ended_at IS NULL",
            owner,
            now + seconds,
            id_hash,
            version,
            now,
        )
        return owner if changed == 1 else None

    def replace(self, id_hash: str, owner: str, tokens: Tokens) -> None:
        """Store refreshed tokens and give the lease back; nothing happens when the lease was lost meanwhile."""
        self._store.execute(
            "UPDATE site_session SET access_token = ?, access_expires = ?, refresh_token = ?,"
            " token_version = token_version + 1, lease_owner = '', lease_until = 0"
            " WHERE id_hash = ? AND lease_owner = ?",
            tokens.access_token,
            tokens.expires,
            tokens.refresh_token,
            id_hash,
            owner,
        )

    def end_session(self, id_hash: str, owner: str) -> None:
        """End the session whose refresh was refused; nothing happens when the lease was lost meanwhile."""
        self._endings.of_lease(id_hash, owner)

    def give_back(self, id_hash: str, owner: str) -> None:
        """Give the lease back without new tokens."""
        self._store.execute(
            "UPDATE site_session SET lease_owner = '', lease_until = 0 WHERE id_hash = ? AND lease_owner = ?",
            id_hash,
            owner,
        )
