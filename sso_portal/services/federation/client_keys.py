"""The public keys of clients: registered (``jwks``) or published at an address of theirs (``jwks_uri``, RFC 7591)."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sso_portal.base.client_jose import BadToken, UnknownKey, header_of, jwk_set_problem, verified_by_keys
from sso_portal.base.clock import Clock
from sso_portal.services.clients import Client
from sso_portal.services.federation.fetch import Fetcher, Unfetchable

KEPT_SECONDS = 300
"""How long fetched keys are believed: a key that a client withdraws works so long at most."""

PAUSE_SECONDS = 30
"""Between two fetches for one client, whoever asks and however they end."""

_MAXIMUM_CLIENTS = 1_000
_NO_KEYS: Mapping[str, Any] = {"keys": []}
_ACCEPT = "application/jwk-set+json, application/json"


class KeysUnavailable(BadToken):
    """The keys at the client's ``jwks_uri`` cannot be had just now; the message says why."""


@dataclass
class _Published:
    """What was fetched for one client; whoever fetches holds the lock, and the others wait for what it brings."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    jwks: Mapping[str, Any] | None = None
    fetched_at: int | None = None
    tried_at: int | None = None
    problem: str = ""


class ClientKeys:
    """The keys of every client. One for the process: what is fetched is kept in memory."""

    def __init__(self, fetcher: Fetcher, clock: Clock) -> None:
        """Keys are fetched with ``fetcher``; ``clock`` says when they are too old."""
        self._fetcher = fetcher
        self._clock = clock
        self._lock = threading.Lock()
        self._published: OrderedDict[tuple[str, str], _Published] = OrderedDict()

    def of(self, client: Client) -> Mapping[str, Any]:
        """The client's JWK Set; an empty one when it has registered none. Raises :class:`KeysUnavailable`."""
        return self._get(client, anew=False)

    def refreshed(self, client: Client) -> Mapping[str, Any]:
        """The same, fetched anew, for a JWT that names a key which is not among the known ones: it may be newer than
        they are. Raises :class:`KeysUnavailable`."""
        return self._get(client, anew=True)

    def verified(self, client: Client, token: str, algorithms: Sequence[str]) -> dict[str, Any]:
        """The claims of a JWT signed with one of the client's keys. Raises
        :class:`~sso_portal.base.client_jose.BadToken`."""
        header_of(token)  # so that nothing is fetched for what is no JWT at all
        known = self.of(client)
        try:
            return verified_by_keys(token, known, algorithms)
        except UnknownKey:
            newer = self.refreshed(client)
            if newer is known:
                raise
            return verified_by_keys(token, newer, algorithms)

    def _get(self, client: Client, *, anew: bool) -> Mapping[str, Any]:
        uri = client.metadata["jwks_uri"]
        if not uri:
            return client.metadata["jwks"] or _NO_KEYS
        published = self._published_by(client.client_id, uri)
        if not published.lock.acquire(blocking=False):
            self._fetcher.before_waiting()
            published.lock.acquire()
        try:
            now = self._clock.now()
            wanted = anew or not _is_within(KEPT_SECONDS, published.fetched_at, now)
            if wanted and not _is_within(PAUSE_SECONDS, published.tried_at, now):
                self._fetch(published, uri, now)
            # A fetch that failed takes nothing away: keys that are young enough stay good.
            if published.jwks is None or not _is_within(KEPT_SECONDS, published.fetched_at, now):
                raise KeysUnavailable(f"The client's keys at its jwks_uri cannot be used. {published.problem}")
            return published.jwks
        finally:
            published.lock.release()

    def _published_by(self, client_id: str, uri: str) -> _Published:
        with self._lock:
            published = self._published.setdefault((client_id, uri), _Published())
            self._published.move_to_end((client_id, uri))
            if len(self._published) > _MAXIMUM_CLIENTS:
                self._published.popitem(last=False)
            return published

    def _fetch(self, published: _Published, uri: str, now: int) -> None:
        published.tried_at = now
        try:
            published.jwks = _jwk_set(self._fetcher.get(uri, accept=_ACCEPT))
        except Unfetchable as error:
            published.problem = str(error)
        else:
            published.fetched_at, published.problem = now, ""


def _is_within(seconds: int, moment: int | None, now: int) -> bool:
    # Not from the future either: a clock that was set back must not keep old keys alive.
    return moment is not None and 0 <= now - moment < seconds


def _jwk_set(content: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Unfetchable("It is not a JSON object.")
    problem = jwk_set_problem(value)
    if problem:
        raise Unfetchable(f"It {problem}.")
    return value
