"""Clients: the sites, APIs and apps that are registered with the portal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sso_portal.base.clock import Clock
from sso_portal.base.errors import Refused
from sso_portal.base.hashing import SecretHasher, TokenHasher
from sso_portal.base.ids import identifier, token
from sso_portal.base.jose import decrypt, encrypt
from sso_portal.base.turns import Turns
from sso_portal.base.urls import host_of, matches_redirect_uri
from sso_portal.services.audit import Audit
from sso_portal.services.cache import VersionedCache
from sso_portal.services.client_changes import forgotten_columns, replaced_metadata
from sso_portal.services.client_metadata import (
    DEFAULTS,
    complete_metadata,
    has_secret,
    is_public,
    keeps_secret,
)
from sso_portal.services.client_secrets import ClientSecrets
from sso_portal.services.protected_sites import ProtectedSite, protected_site
from sso_portal.storage.clients import VERSION, ClientRow, ClientStore
from sso_portal.storage.consents import ConsentStore
from sso_portal.storage.database import Work
from sso_portal.storage.tokens import TokenStore

_CLIENT_ID = re.compile(r"[A-Za-z0-9._~-]{1,200}")
_SHORTEST_KEY = 32
"""Bytes of a secret that is the key of HS256 (RFC 7518, section 3.2)."""


@dataclass(frozen=True, eq=False)
class Client:
    """One registered client. ``metadata`` has every member of :data:`~sso_portal.services.client_metadata.FIELDS`."""

    client_id: str
    secret_hash: str | None
    metadata: Mapping[str, Any]
    secret_encrypted: str | None = field(default=None, repr=False)
    registration_hash: str | None = field(default=None, repr=False)
    created_at: int = 0

    @property
    def registered_itself(self) -> bool:
        """Whether nobody but the client said so (RFC 7591)."""
        return self.registration_hash is not None

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

    @cached_property
    def protected_site(self) -> ProtectedSite | None:
        """The site that a reverse proxy protects for it, if it is of that kind."""
        return protected_site(self.metadata["forward_auth"])

    def name(self, locale: str) -> str:
        """Its name in a person's language."""
        localised = self.metadata["client_name#zh-CN"] if locale.startswith("zh") else ""
        return str(localised or self.metadata["client_name"])

    @property
    def host(self) -> str:
        """Where its people come from: the host of its home page, else of its first redirect URI; of a client that
        registered itself always the latter, because it may call any page its home."""
        first = host_of(self.redirect_uris[0]) if self.redirect_uris else ""
        return first if self.registered_itself else host_of(self.metadata["client_uri"]) or first

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
    metadata = {**DEFAULTS, **row.metadata}
    return Client(row.client_id, row.secret_hash, metadata, row.secret_encrypted, row.registration_hash, row.created_at)


class Clients:
    """Every registered client."""

    def __init__(
        self,
        work: Work,
        cache: ClientCache,
        token_hasher: TokenHasher,
        secret_hasher: SecretHasher,
        clock: Clock,
        *,
        secret_key: bytes,
        turns: Turns | None = None,
        newcomers: bool = False,
    ) -> None:
        """Reads go through ``cache``; changes through the given transaction. ``secret_key`` encrypts the secrets that
        have to be kept; ``turns`` are those at hashing. ``newcomers``: clients register themselves, and then have to be
        known at once."""
        self._work = work
        self._store = ClientStore(work)
        self._audit = Audit(work, clock)
        self._cache = cache
        self._token_hasher = token_hasher
        self._secrets = ClientSecrets(work, token_hasher, secret_hasher, turns)
        self._clock = clock
        self._secret_key = secret_key
        self._newcomers = newcomers

    def find(self, client_id: str | None) -> Client | None:
        """The client with this identifier, from memory. Where clients register themselves, one that is not there is
        looked for in the database: another process may have registered it a moment ago."""
        known = self._cache.get(self._work).get(client_id) if client_id else None
        return known or (self._newcomer(client_id) if client_id and self._newcomers else None)

    def _newcomer(self, client_id: str) -> Client | None:
        row = self._store.get(client_id) if _CLIENT_ID.fullmatch(client_id) else None
        if row is None:
            return None
        self._cache.forget()
        return _client(row)

    def known(self) -> Sequence[Client]:
        """Every client, from memory, by identifier."""
        return list(self._cache.get(self._work).values())

    def by_identifier(self) -> Mapping[str, Client]:
        """Every client, from memory: the same object until one of them changes."""
        return self._cache.get(self._work)

    def protecting(self, address: str) -> Client | None:
        """The client whose site a reverse proxy protects at ``scheme://host[:port]``, from memory."""
        sites = ((client, client.protected_site) for client in self._cache.get(self._work).values())
        return next((client for client, site in sites if site is not None and site.address == address), None)

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
        """Register a client; answers it and its secret, drawn here unless given (``None`` for clients without one:
        public ones and those with a key of their own).

        Raises :class:`Refused`.
        """
        complete = complete_metadata(metadata)
        client_id = client_id or identifier()
        if not _CLIENT_ID.fullmatch(client_id):
            raise Refused("A client_id has 1 to 200 letters, digits and . _ ~ -")
        self._check_resources(client_id, complete)
        self._check_site(client_id, complete)
        plain = (secret or token()) if has_secret(complete) else None
        now = self._clock.now()
        hashed = self._secrets.hash(plain, generated=not secret) if plain else None
        row = ClientRow(client_id, hashed, complete, now, now, self._sealed(plain, complete))
        if not self._store.add(row):
            raise Refused(f"There is a client {client_id} already.")
        self._audit.record("client_added", client_id=client_id, name=complete["client_name"])
        self._cache.forget()
        return _client(row), plain

    def add_self_registered(self, metadata: Mapping[str, Any]) -> tuple[Client, str | None, str]:
        """The same for a client that registers itself; answers also the token by which it changes its registration.

        Raises :class:`Refused`.
        """
        client, plain = self.add(metadata)
        registration_token = token()
        self._store.change(client.client_id, registration_hash=self._token_hasher.hash(registration_token))
        return self.stored(client.client_id), plain, registration_token

    def replace_self_registered(self, client: Client, metadata: Mapping[str, Any]) -> tuple[Client, str | None] | None:
        """Put all of a client's metadata anew but for what is the operator's; answers a secret when it needs one and
        has none that would do, and ``None`` when the client is gone meanwhile.

        Raises :class:`Refused`, before anything is written.
        """
        complete = replaced_metadata(client.metadata, metadata)
        client_id, now = client.client_id, self._clock.now()
        held = self._store.hold(client_id, client.registration_hash or "", now)
        if held is None:
            return None
        before = _client(held)
        complete = replaced_metadata(before.metadata, metadata)
        needs_secret = has_secret(complete) and (
            before.secret_hash is None or (keeps_secret(complete) and before.secret_encrypted is None)
        )
        columns: dict[str, Any] = forgotten_columns(before.metadata, complete)
        plain = token() if needs_secret else None
        if plain is not None:
            columns |= {
                "secret_hash": self._secrets.hash(plain, generated=True),
                "secret_encrypted": self._sealed(plain, complete),
            }
        self._store.change(client_id, metadata=complete, updated_at=now, **columns)
        self._note_change(before, complete, new_secret=plain is not None)
        self._cache.forget()
        return self.stored(client_id), plain

    def registered(self, client_id: str, registration_token: str) -> Client | None:
        """The client whose registration this token opens (RFC 7592, section 1.2), as the database has it now."""
        row = self._store.get(client_id) if _CLIENT_ID.fullmatch(client_id) else None
        client = _client(row) if row is not None else None
        return client if client is not None and self.registration_matches(client, registration_token) else None

    def registration_matches(self, client: Client, registration_token: str) -> bool:
        """Whether a token is the one by which a client changes its registration (RFC 7592, section 1.2)."""
        stored = client.registration_hash
        return stored is not None and self._token_hasher.matches(registration_token, stored)

    def edit(self, client_id: str, changes: Mapping[str, Any]) -> Client:
        """Change members of a client's metadata; a secret that its new way to authenticate has no use for is forgotten.

        Raises :class:`Refused`.
        """
        client = self.stored(client_id)
        metadata = complete_metadata({**client.metadata, **changes})
        self._check_resources(client_id, metadata)
        self._check_site(client_id, metadata)
        if keeps_secret(metadata) and client.secret_encrypted is None:
            raise Refused(
                "client_secret_jwt needs a secret that the portal can read; change both at once with "
                "rotate-secret --auth-method client_secret_jwt."
            )
        if has_secret(metadata) and client.secret_hash is None:
            raise Refused("This client has no secret; give it one with rotate-secret first.")
        self._store.change(
            client_id, metadata=metadata, updated_at=self._clock.now(), **forgotten_columns(client.metadata, metadata)
        )
        self._note_change(client, metadata)
        self._cache.forget()
        return self.stored(client_id)

    def _note_change(self, before: Client, metadata: Mapping[str, Any], *, new_secret: bool = False) -> None:
        changed = sorted(name for name in metadata if metadata[name] != before.metadata.get(name))
        if changed:
            self._audit.record("client_changed", client_id=before.client_id, changed=changed)
        if new_secret:
            self._audit.record("client_secret_changed", client_id=before.client_id)

    def rotate_secret(self, client_id: str, secret: str = "", *, method: str = "") -> str:
        """Replace a client's secret at once, and how it authenticates when ``method`` is given; answers the new secret.

        Raises :class:`Refused`.
        """
        metadata = dict(self.stored(client_id).metadata)
        if method:
            metadata = complete_metadata({**metadata, "token_endpoint_auth_method": method})
            if not has_secret(metadata):
                raise Refused(f"A client that uses {method} has no secret.")
        plain = secret or token()
        self._store.change(
            client_id,
            metadata=metadata,
            secret_hash=self._secrets.hash(plain, generated=not secret),
            secret_encrypted=self._sealed(plain, metadata),
            updated_at=self._clock.now(),
        )
        self._audit.record("client_secret_changed", client_id=client_id, method=method)
        self._cache.forget()
        return plain

    def remove(self, client_id: str) -> None:
        """Forget a client, what people agreed to, and end its tokens at once: who gets the same name later inherits
        nothing. Raises :class:`Refused` when there is none."""
        if not self._store.remove(client_id):
            raise Refused(f"There is no client {client_id}.")
        ConsentStore(self._work).remove_client(client_id)
        TokenStore(self._work).revoke_families("client_removed", self._clock.now(), client_id=client_id)
        self._audit.record("client_removed", client_id=client_id)
        self._cache.forget()

    def _check_resources(self, client_id: str, metadata: Mapping[str, Any]) -> None:
        """A token that is meant for one API must not open another."""
        wanted = set(metadata["resource_uris"])
        others = [other for other in self.all() if other.client_id != client_id] if wanted else []
        for other in others:
            for uri in sorted(wanted & set(other.metadata["resource_uris"])):
                raise Refused(f"resource_uris: {uri} is registered for {other.client_id} already.")

    def _check_site(self, client_id: str, metadata: Mapping[str, Any]) -> None:
        """A cookie of one site must not be looked for among those of another."""
        wanted = protected_site(metadata["forward_auth"])
        others = [other for other in self.all() if other.client_id != client_id] if wanted else []
        for other in others:
            if wanted and other.protected_site and other.protected_site.address == wanted.address:
                raise Refused(f"forward_auth: {wanted.address} is registered for {other.client_id} already.")

    def _sealed(self, secret: str | None, metadata: Mapping[str, Any]) -> str | None:
        if secret is None or not keeps_secret(metadata):
            return None
        if len(secret.encode("utf-8", "surrogatepass")) < _SHORTEST_KEY:
            raise Refused(f"A secret for client_secret_jwt has at least {_SHORTEST_KEY} bytes (RFC 7518, section 3.2).")
        return encrypt(secret, self._secret_key)

    def kept_secret(self, client: Client) -> str | None:
        """The secret itself, for clients that make keys of it; ``None`` for all others, and when it was encrypted with
        another ``sso.security.secret`` than today's."""
        return decrypt(client.secret_encrypted, self._secret_key) if client.secret_encrypted else None

    def secret_matches(self, client: Client, secret: str) -> bool:
        """Whether ``secret`` is the client's: a drawn one by the fast keyed hash, a chosen one by argon2. Raises
        :class:`Overloaded` when too many wait for the latter."""
        return self._secrets.matches(client.client_id, secret, client.secret_hash or "")
