"""How clients' secrets are stored and compared: drawn ones by the fast keyed hash, chosen ones by argon2."""

from __future__ import annotations

from sso_portal.base.hashing import SecretHasher, TokenHasher
from sso_portal.base.ids import TOKEN_LENGTH
from sso_portal.base.turns import Turns
from sso_portal.storage.database import Work

_KEYED = "keyed:"
_LONGEST = TOKEN_LENGTH * 20


class ClientSecrets:
    """The secrets of all clients, as hashes."""

    def __init__(self, work: Work, token_hasher: TokenHasher, secret_hasher: SecretHasher, turns: Turns | None) -> None:
        """``turns`` are those at hashing, where many may ask at once."""
        self._work = work
        self._token_hasher = token_hasher
        self._secret_hasher = secret_hasher
        self._turns = turns

    def hash(self, secret: str, *, generated: bool) -> str:
        """The stored form of a secret that was ``generated`` here, or chosen by a person."""
        return _KEYED + self._token_hasher.hash(secret) if generated else self._secret_hasher.hash(secret)

    def matches(self, client_id: str, secret: str, stored: str) -> bool:
        """Whether ``secret`` is the one stored. Raises :class:`Overloaded` when too many wait for argon2."""
        if stored.startswith(_KEYED):
            return self._token_hasher.matches(secret, stored.removeprefix(_KEYED))
        if not stored or len(secret) > _LONGEST:
            return False
        return self._secret_hasher.knows(secret, stored) or self._computes_right(client_id, secret, stored)

    def _computes_right(self, client_id: str, secret: str, stored: str) -> bool:
        """A lane for each client: who guesses at one of them keeps neither people nor other clients waiting."""
        if self._turns is None:
            return self._secret_hasher.matches(secret, stored)
        # Nobody who waits holds a connection.
        self._work.rest()
        with self._turns.turn(f"client {client_id}"):
            return self._secret_hasher.matches(secret, stored)
