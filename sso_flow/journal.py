"""What went over the wire of one world: every request of a person's browser, and every call from server to server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from threading import Lock

PERSON = "person"
KEPT_BYTES = 64 * 1024


@dataclass(frozen=True)
class Hop:
    """One request and its answer.

    ``number`` counts from 1 in the order in which requests were begun, ``at`` is the world's time in seconds. ``actor``
    is :data:`PERSON`, ``test``, or the host of the site whose server asks. ``form`` holds the posted form fields.
    ``status`` is 0 when there was no answer; ``body`` then says why. ``seconds`` is how long it really took; ``tab``
    numbers the tabs of a browser.
    """

    number: int
    at: int
    actor: str
    method: str
    url: str
    request_headers: Mapping[str, str]
    form: tuple[tuple[str, str], ...]
    status: int
    response_headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float
    tab: int = 0


class Journal:
    """The hops of one world. Threads may add to it at the same time."""

    def __init__(self, now: Callable[[], int]) -> None:
        """An empty journal. ``now`` tells the world's time."""
        self._now = now
        self._lock = Lock()
        self._numbers = count(1)
        self._hops: list[Hop] = []

    @property
    def hops(self) -> list[Hop]:
        """All hops, by number."""
        with self._lock:
            return sorted(self._hops, key=lambda hop: hop.number)

    def next_number(self) -> int:
        """A number for a request that begins now: the calls that it sets off have higher ones."""
        with self._lock:
            return next(self._numbers)

    def add(
        self,
        *,
        actor: str,
        method: str,
        url: str,
        request_headers: Mapping[str, str],
        form: Iterable[tuple[str, str]] = (),
        status: int,
        response_headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        seconds: float = 0.0,
        tab: int = 0,
        number: int = 0,
        at: int | None = None,
    ) -> Hop:
        """Write down a hop that is over. ``number``: what :meth:`next_number` said when it began."""
        hop = Hop(
            number=number or self.next_number(),
            at=self._now() if at is None else at,
            actor=actor,
            method=method,
            url=url,
            request_headers=dict(request_headers),
            form=tuple(form),
            status=status,
            response_headers=tuple(response_headers),
            body=body[:KEPT_BYTES],
            seconds=seconds,
            tab=tab,
        )
        self.put(hop)
        return hop

    def put(self, hop: Hop) -> None:
        """Write down a hop that has its number already."""
        with self._lock:
            self._hops.append(hop)

    def since(self, number: int) -> Sequence[Hop]:
        """The hops with higher numbers."""
        return [hop for hop in self.hops if hop.number > number]

    def clear(self) -> None:
        """Forget all hops; the numbers go on."""
        with self._lock:
            self._hops.clear()
