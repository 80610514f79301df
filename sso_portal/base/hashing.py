"""Hashing: a fast keyed hash for high-entropy secrets, argon2id for secrets that people choose.

A random 256-bit token cannot be guessed, so HMAC-SHA-256 protects it at rest and costs a microsecond. A password can
be guessed, so it gets a slow, memory-hard hash (OWASP ASVS 5, chapter 11.4).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from sso_portal.base.ids import moment_of, token
from sso_portal.base.keyed_hash import keyed_hash
from sso_portal.base.memory_hard import Argon2id

_STORED_LENGTH = 64


def derive_key(secret: str, purpose: str) -> bytes:
    """A 32-byte key for one purpose, derived from the portal's secret (one HKDF-Expand block, RFC 5869, 2.3)."""
    return hmac.digest(secret.encode(), f"sso-portal {purpose}\x01".encode(), "sha256")


@dataclass(frozen=True)
class TokenHasher:
    """The fast keyed hash under which codes, tokens, cookies and generated client secrets are stored."""

    key: bytes

    def hash(self, token: str) -> str:
        """The stored form of ``token``: 64 letters and digits. What puts it in order, if anything does, comes first; at
        least 212 bits are of the hash."""
        return (moment_of(token) + self._hashed(token.encode("utf-8", "surrogatepass")).hex())[:_STORED_LENGTH]

    def matches(self, token: str, stored: str) -> bool:
        """Whether ``token`` is the one stored, compared in constant time."""
        return hmac.compare_digest(self.hash(token), stored)

    def derived(self, token: str, purpose: str) -> bytes:
        """32 bytes that only this portal can make of ``token``."""
        hashed = self._derivations.get(purpose)
        if hashed is None:
            hashed = self._derivations[purpose] = keyed_hash(derive_key(self.key.hex(), purpose))
        return hashed(token.encode("utf-8", "surrogatepass"))

    @cached_property
    def _hashed(self) -> Callable[[bytes], bytes]:
        return keyed_hash(self.key)

    @cached_property
    def _derivations(self) -> dict[str, Callable[[bytes], bytes]]:
        return {}


class SecretHasher:
    """Argon2id for passwords and for client secrets that a person chose."""

    def __init__(self, *, time_cost: int, memory_cost: int, parallelism: int) -> None:
        """Costs as argon2 names them: passes, KiB of memory, lanes (RFC 9106, section 4)."""
        self._hasher = Argon2id(time_cost=time_cost, memory_cost=memory_cost, parallelism=parallelism)
        # Checked when the user is unknown, so that an unknown name costs what a wrong password costs.
        self._decoy = self._hasher.decoy()

    def hash(self, secret: str) -> str:
        """The stored form of ``secret`` in the PHC string format, with its own salt."""
        return self._hasher.hash(_bytes(secret))

    def matches(self, secret: str, stored: str | None) -> bool:
        """Whether ``secret`` is the one stored; ``None`` takes the same time and is never right."""
        is_right = self._hasher.matches(_bytes(secret), stored or self._decoy)
        return is_right and stored is not None

    def compute_by(self, compute: Callable[[Callable[[], bytes]], bytes]) -> None:
        """Let hashes be computed by ``compute``, which calls what it is given, in a thread of its own for example."""
        self._hasher.compute = compute

    def knows(self, _secret: str, _stored: str | None) -> bool:
        """Whether it is known without computing anything that ``secret`` is the one stored."""
        return False

    def is_outdated(self, stored: str) -> bool:
        """Whether ``stored`` was made with other costs than today's and should be made anew at the next sign-in."""
        return self._hasher.is_outdated(stored)


class ProvingHasher(SecretHasher):
    """The same for secrets that programs send again and again: what was found right once is known from then on.

    Kept in memory alone, by a keyed hash of both the secret and its stored form, so that another secret or another
    client gains nothing, and a replaced secret is over. Not for passwords: people type them seldom.
    """

    def __init__(self, hasher: SecretHasher, *, most: int = 10_000) -> None:
        """With the costs of ``hasher``; knows ``most`` secrets at the same time."""
        self._hasher, self._decoy = hasher._hasher, hasher._decoy
        self._compute = hasher.matches
        self._key = token().encode("ascii")
        self._most = most
        self._proven: set[bytes] = set()

    def matches(self, secret: str, stored: str | None) -> bool:
        """Whether ``secret`` is the one stored; a wrong one costs what it costs every time."""
        if self.knows(secret, stored):
            return True
        is_right = self._compute(secret, stored)
        if is_right:
            if len(self._proven) >= self._most:
                self._proven.clear()
            self._proven.add(self._mark(secret, stored))
        return is_right

    def knows(self, secret: str, stored: str | None) -> bool:
        """Whether it was found right before."""
        return stored is not None and self._mark(secret, stored) in self._proven

    def _mark(self, secret: str, stored: str | None) -> bytes:
        # Keyed BLAKE2 is a keyed hash by itself (RFC 7693, section 2.9).
        return hashlib.blake2b(f"{stored}\0".encode() + _bytes(secret), key=self._key, digest_size=32).digest()


def _bytes(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogatepass")


def fingerprint(secret: str) -> str:
    """Eight hexadecimal digits by which two logs can be compared without holding the secret."""
    return hashlib.sha256(_bytes(secret)).hexdigest()[:8]


def s256(verifier: str) -> str:
    """The PKCE challenge of a verifier by the S256 method (RFC 7636, section 4.2)."""
    return base64url(hashlib.sha256(verifier.encode("ascii", "replace")).digest())


def base64url(raw: bytes) -> str:
    """Base64url without padding (RFC 7515, appendix C)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def content_hash(raw: bytes) -> str:
    """A short hash of a static file's content, for addresses that may be cached for ever."""
    return hashlib.sha256(raw).hexdigest()[:12]
