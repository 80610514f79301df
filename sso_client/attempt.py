"""One attempt to sign in: what the site must remember between the redirect and the return.

Every attempt has a state, nonce and PKCE verifier of its own and travels in an encrypted cookie of its own, named after
a hash of its state; so tabs never overwrite each other, a restart of the site loses nothing, and an answer can only be
finished by the browser that asked (RFC 9700 section 4.7, OpenID Connect Core section 15.5.2).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from sso_client.clock import Clock
from sso_client.demand import Demand
from sso_client.hashing import hashed, new_secret
from sso_client.json_answer import read_object
from sso_client.store import Store
from sso_client.urls import local_path

LIFETIME_SECONDS = 24 * 3600
"""A sign-in page may stay open overnight."""

MOST_KEPT = 10
MOST_BYTES = 6000
"""All attempt cookies together have to fit into the 8 kB of request header that common servers take."""

_HASH_LENGTH = 22
_ENCRYPTION = {"alg": "dir", "enc": "A256GCM"}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt. `started` in seconds since 1970; `again` is true when it was begun in place of one already spent.

    max_age, acr_values: what the page demands; `place` names that page and its demand (demand.py).
    """

    state: str
    nonce: str
    verifier: str
    next_path: str
    redirect_uri: str
    started: int
    again: bool = False
    max_age: int | None = None
    acr_values: str = ""
    place: str = ""

    @classmethod
    def begin(
        cls,
        next_path: str,
        redirect_uri: str,
        now: int,
        *,
        again: bool = False,
        demand: Demand | None = None,
        page: str = "",
    ) -> Attempt:
        """Return a new attempt with three secrets of 256 random bits each (RFC 7636 section 7.1).

        demand: what the page with the path `page` demands of the sign-in.
        """
        attempt = cls(new_secret(), new_secret(), new_secret(), next_path, redirect_uri, now, again)
        if demand is None:
            return attempt
        return replace(attempt, max_age=demand.max_age, acr_values=demand.acr_values, place=demand.at(page))

    @property
    def demand(self) -> Demand | None:
        """What the page demands of the sign-in, or None."""
        return Demand(self.max_age, self.acr_values) if self.place else None


class AttemptCookies:
    """Puts attempts into cookies and takes them out again (RFC 7516: direct encryption with AES-256-GCM)."""

    def __init__(self, prefix: str, store: Store, clock: Clock) -> None:
        """`prefix`: the cookies' names up to the hash of the state."""
        self._prefix = prefix
        self._name = re.compile(re.escape(prefix) + f"[A-Za-z0-9_-]{{{_HASH_LENGTH}}}")
        self._store = store
        self._clock = clock
        self._key: OctKey | None = None

    def name(self, state: str) -> str:
        """Return the name of the cookie for the attempt with this state."""
        return self._prefix + hashed(state)[:_HASH_LENGTH]

    def seal(self, attempt: Attempt) -> str:
        """Return the cookie value for `attempt`."""
        return jwe.encrypt_compact(_ENCRYPTION, json.dumps(asdict(attempt)), self._secret())

    def find(self, cookies: Mapping[str, str], state: str) -> Attempt | None:
        """Return this browser's attempt with `state`, or None when it has none or it is older than a day."""
        attempt = self._open(cookies.get(self.name(state), ""))
        return attempt if attempt is not None and attempt.state == state else None

    def surplus(self, cookies: Mapping[str, str], new_value: str) -> list[str]:
        """Return the names of the cookies to delete when one with `new_value` is about to be added.

        These are the unreadable and outdated ones, and the oldest while there are too many or they are too large.
        """
        names = [name for name in cookies if self._name.fullmatch(name)]
        opened = {name: self._open(cookies[name]) for name in names}
        dropped = [name for name, attempt in opened.items() if attempt is None]
        kept = sorted(
            (attempt.started, name) for name, attempt in opened.items() if attempt is not None
        )  # oldest first
        size = len(new_value) + sum(len(cookies[name]) for _, name in kept)
        while kept and (len(kept) >= MOST_KEPT or size > MOST_BYTES):
            _, name = kept.pop(0)
            size -= len(cookies[name])
            dropped.append(name)
        return dropped

    def _open(self, value: str) -> Attempt | None:
        try:
            opened = jwe.decrypt_compact(value.encode("ascii"), self._secret(), algorithms=list(_ENCRYPTION.values()))
            attempt = Attempt(**read_object(opened.plaintext or b""))
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            return None
        if not 0 <= self._clock.now() - attempt.started < LIFETIME_SECONDS:
            return None
        return attempt if local_path(attempt.next_path, "") else None

    def _secret(self) -> OctKey:
        if self._key is None:
            self._key = OctKey.import_key(self._store.secret("attempt cookies"))
        return self._key
