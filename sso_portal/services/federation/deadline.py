"""What a fetch needs and is bound by; without the library that does it, which many processes never use."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from sso_portal.services.federation.addresses import Unfetchable

if TYPE_CHECKING:
    import requests

MAXIMUM_BYTES = 65_536
"""Of the longest content that is read."""


class Deadline:
    """The moment at which a fetch has to be over."""

    def __init__(self, seconds: float) -> None:
        """So many seconds from now."""
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds that are left, more than 0. Raises :class:`Unfetchable` when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise Unfetchable(f"It took longer than {self._seconds:g} seconds.")
        return left


class Network(Protocol):
    """What a fetch needs; the test world has one without sockets."""

    def resolve(self, host: str, port: int, deadline: Deadline) -> Sequence[str]:
        """The IP addresses of a host. Raises :class:`OSError`, or :class:`UnicodeError` for what cannot be a name."""

    def session(self, addresses: Sequence[str], deadline: Deadline) -> requests.Session:
        """A session whose connections go to ``addresses`` and nowhere else."""
