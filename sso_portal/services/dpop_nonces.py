"""Nonces for DPoP proofs (RFC 9449, section 8): nothing is kept, the clock and a key of ours make them."""

from __future__ import annotations

import hmac

from sso_portal.base.clock import Clock
from sso_portal.base.hashing import base64url


class DpopNonces:
    """One nonce for each slot of time, the same in every process."""

    def __init__(self, key: bytes, clock: Clock, *, slot_seconds: int, required: bool) -> None:
        """Nonces change every ``slot_seconds``; ``required`` says whether every proof needs one."""
        self._key = key
        self._clock = clock
        self._slot_seconds = slot_seconds
        self.required = required

    def fresh(self) -> str:
        """What to put into the next proof."""
        return self._of(self._slot())

    def is_good(self, nonce: str) -> bool:
        """Whether ``nonce`` is of this slot or of the one before: it works for one to two times ``slot_seconds``."""
        sent, slot = nonce.encode("utf-8", "surrogatepass"), self._slot()
        return any(hmac.compare_digest(sent, self._of(number).encode()) for number in (slot, slot - 1))

    def _slot(self) -> int:
        return self._clock.now() // self._slot_seconds

    def _of(self, slot: int) -> str:
        return base64url(hmac.digest(self._key, str(slot).encode(), "sha256"))
