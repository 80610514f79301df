"""Clients: the sites, APIs and apps that are registered with the portal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sso_portal.base.clock import Clock
from sso_portal.base.errors import Refused
from sso_portal.base.hashing import SecretHasher, TokenHasher
from sso_portal.base.ids import TOKEN_LENGTH, identifier, token
from sso_portal.base.urls import host_of, matches_redirect_uri
from sso_portal.services.cache import VersionedCache
from sso_portal.services.client_metadata import DEFAULTS, complete_metadata, is_public
from sso_portal.storage.clients import VERSION, ClientRow, ClientStore
from sso_portal.storage.database import Work

_CLIENT_ID = re.compile(r"[A-Za-z0-9._~-]{1,200}")
_KEYED = "keyed:"


@dataclass(frozen=True, eq=False)
class Client:
    """One registered client. ``metadata`` has every member of :data:`~sso_portal.services.client_metadata.FIELDS`."""

    client_id: str
    secret_hash: str | None
    metadata: Mapping[str, Any]

    @property
    def is_public(self) -> bool:
        """Whether it cannot keep a secret (RFC 6749, section 2.1)."""
        return is_public(self.metadata)

    @property
    def consent(self) -> str:
        """Its consent policy: ``silent``, ``once`` or ``explicit``."""
        return str(self.metadata["consent"])

    @cached_property
    def scopes(self) -> tuple[str, ...]:
        """The scopes it may ask for, in its own order."""
        return tuple(self.metadata["scope"].split())

    @property
    def redirect_uris(self) -> list[str]:
        """Its registered redirect URIs."""
        return list(self.metadata["redirect_uris"])

    def name(self, locale: str) -> str:
        """Its name in a person's language."""
        localised = self.metadata["client_name#zh-CN"] if locale.startswith("zh") else ""
        return str(localised or self.metadata["client_name"])

    @property
    def host(self) -> str:
        """Where its people come from: the host of its home page, else of its first redirect URI."""
        return host_of(self.metadata["client_uri"]) or (host_of(self.redirect_uris[0]) if self.redirect_uris else "")

    def allows_redirect_uri(self, uri: str) -> bool:
        """Whether ``uri`` is registered, to the letter."""
        return matches_redirect_uri(uri, self.metadata["redirect_uris"])

    def allows_post_logout_redirect_uri(self, uri: str) -> bool:
        """Whether people may be sent to ``uri`` after signing out."""
        return matches_redirect_uri(uri, self.metadata["post_logout_redirect_uris"])


ClientCache = VersionedCache[Mapping[str, Client]]


def client_cache() -> ClientCache:
    """A cache of all clients, by identifier."""
    return VersionedCache(VERSION, lambda work: {row.client_id: _client(row) for row in ClientStore(work).all()})


def _client(row: ClientRow) -> Client:
    # A client stored by an older version gets the defaults of newer fields. Rules are checked when it is changed, not
    # here: one client that a newer rule would refuse must not keep all others from being read.
    return Client(row.client_id, row.secret_hash, {**DEFAULTS, **row.metadata})


class Clients:
    """Every registered client."""

    def __init__(
        self, work: Work, cache: ClientCache, token_hasher: TokenHasher, secret_hasher: SecretHasher, clock: Clock
    ) -> None:
        """Reads go through ``cache``; changes through the given transaction."""
        self._work = work
        self._store = ClientStore(work)
        self._cache = cache
        self._token_hasher = token_hasher
        self._secret_hasher = secret_hasher
        self._clock = clock

    def find(self, client_id: str | None) -> Client | None:
        """The client with this identifier, from memory."""
        return self._cache.get(self._work).get(client_id) if client_id else None

    def known(self) -> Sequence[Client]:
        """Every client, from memory, by identifier."""
        return list(self._cache.get(self._work).values())

    def all(self) -> Sequence[Client]:
        """Every client as the database has it now, by identifier."""
        return [_client(row) for row in self._store.all()]

    def stored(self, client_id: str) -> Client:
        """The client as the database has it now. Raises :class:`Refused` when there is none."""
        row = self._store.get(client_id)
        if row is None:
            raise Refused(f"There is no client {client_id}.")
        return _client(row)

    def add(self, metadata: Mapping[str, Any], *, client_id: str = "", secret: str = "") -> tuple[Client, str | None]:
        """Register a client; answers it and its secret, drawn here unless given (``None`` for public clients).

        Raises :class:`Refused`.
        """
        complete = complete_metadata(metadata)
        client_id = client_id or identifier()
        if not _CLIENT_ID.fullmatch(client_id):
            raise Refused("A client_id has 1 to 200 letters, digits and . _ ~ -")
        plain = None if is_public(complete) else secret or token()
        now = self._clock.now()
        row = ClientRow(client_id, self._hash(plain, generated=not secret) if plain else None, complete, now, now)
        if not self._store.add(row):
            raise Refused(f"There is a client {client_id} already.")
        self._cache.forget()
        return _client(row), plain

    def edit(self, client_id: str, changes: Mapping[str, Any]) -> Client:
        """Change members of a client's metadata. Raises :class:`Refused`."""
        client = self.stored(client_id)
        metadata = complete_metadata({**client.metadata, **changes})
        if not is_public(metadata) and client.secret_hash is None:
            raise Refused("This client has no secret; give it one with rotate-secret first.")
        self._store.change(client_id, metadata=metadata, updated_at=self._clock.now())
        self._cache.forget()
        return self.stored(client_id)

    def rotate_secret(self, client_id: str, secret: str = "") -> str:
        """Replace a client's secret at once; answers the new one. Raises :class:`Refused`."""
        self.stored(client_id)
        plain = secret or token()
        self._store.change(client_id, secret_hash=self._hash(plain, generated=not secret), updated_at=self._clock.now())
        self._cache.forget()
        return plain

    def remove(self, client_id: str) -> None:
        """Forget a client. Raises :class:`Refused` when there is none."""
        if not self._store.remove(client_id):
            raise Refused(f"There is no client {client_id}.")
        self._cache.forget()

    def _hash(self, secret: str, *, generated: bool) -> str:
        return _KEYED + self._token_hasher.hash(secret) if generated else self._secret_hasher.hash(secret)

    def secret_matches(self, client: Client, secret: str) -> bool:
        """Whether ``secret`` is the client's: a drawn one by the fast keyed hash, a chosen one by argon2."""
        stored = client.secret_hash or ""
        if stored.startswith(_KEYED):
            return self._token_hasher.matches(secret, stored.removeprefix(_KEYED))
        return bool(stored) and len(secret) <= TOKEN_LENGTH * 20 and self._secret_hasher.matches(secret, stored)
