"""Clients that register themselves, and change or withdraw their registration (RFC 7591, RFC 7592)."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from sso_portal.base.clock import Clock
from sso_portal.base.errors import Refused
from sso_portal.services.client_metadata import has_secret
from sso_portal.services.clients import Client, Clients
from sso_portal.services.federation.fetch import Fetcher, Unfetchable
from sso_portal.services.registration_rules import RegistrationRefused, Rules, metadata_of
from sso_portal.storage.attempts import AttemptStore, Ladder
from sso_portal.storage.database import Work


@dataclass(frozen=True)
class Registered:
    """A client as registered now; ``secret`` and ``token`` are there when they are new, to be told this once."""

    client: Client
    secret: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)


class Registrations:
    """The desk where clients register themselves."""

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[Work]],
        clients: Clients,
        fetcher: Fetcher,
        clock: Clock,
        *,
        rules: Rules,
        initial_access_token: str,
        ladder: Ladder,
    ) -> None:
        """An empty ``initial_access_token`` lets everybody register, slowed per address by ``ladder``."""
        self._transaction = transaction
        self._clients = clients
        self._fetcher = fetcher
        self._clock = clock
        self._rules = rules
        self._initial_access_token = initial_access_token
        self._ladder = ladder

    def may_register(self, token: str | None) -> bool:
        """Whether who brings ``token`` may register a client."""
        if not self._initial_access_token:
            return True
        return hmac.compare_digest((token or "").encode(), self._initial_access_token.encode())

    def wait_until(self, address: str) -> int | None:
        """Count a registration from a network address; the time (seconds) until which it has to wait, if it has to."""
        if self._initial_access_token:
            return None
        with self._transaction() as work:
            return AttemptStore(work).reserve(f"register:{address}", self._ladder, self._clock.now())

    def add(self, sent: Mapping[str, Any]) -> Registered:
        """Register a client. Raises :class:`RegistrationRefused`."""
        metadata = self._checked(sent)
        with _as_refusal():
            client, secret, token = self._clients.add_self_registered(metadata)
        return Registered(client, secret, token)

    def find(self, client_id: str, token: str | None) -> Client | None:
        """The client whose registration ``token`` opens."""
        return self._clients.registered(client_id, token) if token else None

    def replace(self, client: Client, sent: Mapping[str, Any]) -> Registered | None:
        """Put a new registration in place of a client's (RFC 7592, 2.2); ``None`` when it is gone meanwhile. Raises
        :class:`RegistrationRefused`."""
        if sent.get("client_id", client.client_id) != client.client_id:
            raise RegistrationRefused("invalid_client_metadata", "client_id: is not this client's.")
        secret = sent.get("client_secret")
        if secret is not None and not (isinstance(secret, str) and self._clients.secret_matches(client, secret)):
            raise RegistrationRefused("invalid_client_metadata", "client_secret: is not this client's.")
        metadata = self._checked(sent)
        with _as_refusal():
            replaced = self._clients.replace_self_registered(client, metadata)
        return Registered(*replaced) if replaced is not None else None

    def remove(self, client: Client) -> bool:
        """Forget a client, what people agreed to, and end its tokens at once (RFC 7592, section 2.3); ``False`` when
        somebody else was first."""
        try:
            self._clients.remove(client.client_id)
        except Refused:
            return False
        return True

    def _checked(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        metadata = metadata_of(sent, self._rules)
        uri = metadata.get("sector_identifier_uri")
        if uri:
            self._check_sector(uri, metadata.get("redirect_uris", []))
        return metadata

    def _check_sector(self, uri: str, redirect_uris: list[str]) -> None:
        """OpenID Connect Dynamic Client Registration 1.0, section 5."""
        try:
            listed = json.loads(self._fetcher.get(uri, accept="application/json"))
        except Unfetchable as error:
            raise RegistrationRefused("invalid_client_metadata", f"sector_identifier_uri: {error}") from None
        except (ValueError, RecursionError):
            listed = None
        if not isinstance(listed, list) or not set(redirect_uris) <= {item for item in listed if isinstance(item, str)}:
            raise RegistrationRefused(
                "invalid_client_metadata", "sector_identifier_uri: is no JSON list that has every redirect URI."
            )


class _as_refusal:
    """Turns what a client's metadata lack into an error of RFC 7591, section 3.2.2."""

    def __enter__(self) -> None:
        """Nothing yet."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Refused) and not isinstance(error, RegistrationRefused):
            code = "invalid_redirect_uri" if str(error).startswith("redirect_uris") else "invalid_client_metadata"
            raise RegistrationRefused(code, str(error)) from None


def secret_is_told(client: Client) -> bool:
    """Whether the client has a secret, so that its expiry has to be told (RFC 7591, section 3.2.1)."""
    return has_secret(client.metadata)
