"""What is kept of each browser, in memory, and of how many."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

from sso_flow.facts import claims_of
from sso_flow.journal import Hop
from sso_flow.live.last_flow import last_flow


@dataclass
class _Browser:
    hops: list[Hop] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)


class Flows:
    """The last flow of each of the last browsers. Threads may tell it at the same time."""

    def __init__(self, *, browsers: int = 32, hops: int = 300, size: int = 1024 * 1024) -> None:
        """How many ``browsers`` are remembered, and how many ``hops`` and bytes (``size``) of each."""
        self._most_browsers, self._most_hops, self._most_bytes = browsers, hops, size
        self._browsers: OrderedDict[str, _Browser] = OrderedDict()
        self._lock = Lock()

    def tell(self, browser: str, hop: Hop) -> None:
        """Keep a hop. Without a ``browser``, a notice of a sign-out goes to the one whose session it ends (``sid`` of
        OpenID Connect Back-Channel Logout, 2.4); what belongs to nobody is forgotten."""
        with self._lock:
            name = browser or self._browser_of_notice(hop)
            if not name:
                return
            known = self._browsers.setdefault(name, _Browser())
            self._browsers.move_to_end(name)
            known.hops.append(hop)
            known.sessions |= set(_sessions_in(hop))
            self._shorten(known)
            while len(self._browsers) > self._most_browsers:
                self._browsers.popitem(last=False)

    def of(self, browser: str) -> list[Hop]:
        """A browser's last flow, by number; empty when nothing is known of it."""
        with self._lock:
            known = self._browsers.get(browser)
            return last_flow(known.hops) if known is not None else []

    def _browser_of_notice(self, hop: Hop) -> str:
        session = claims_of(dict(hop.form).get("logout_token", "")).get("sid", "")
        return next((name for name, known in self._browsers.items() if session and session in known.sessions), "")

    def _shorten(self, known: _Browser) -> None:
        if len(known.hops) <= self._most_hops and _size(known.hops) <= self._most_bytes:
            return
        kept = last_flow(known.hops)[-self._most_hops // 2 :]
        while _size(kept) > self._most_bytes // 2:
            del kept[: len(kept) // 2 + 1]
        known.hops = kept
        known.sessions = {session for hop in kept for session in _sessions_in(hop)}


def _size(hops: Iterable[Hop]) -> int:
    return sum(
        len(hop.url)
        + len(hop.body)
        + sum(len(name) + len(value) for name, value in (*hop.form, *hop.response_headers))
        + sum(map(len, hop.request_headers.values()))
        for hop in hops
    )


def _sessions_in(hop: Hop) -> list[str]:
    """The portal's sessions that an answer with tokens tells of."""
    if b"id_token" not in hop.body:
        return []
    try:
        read = json.loads(hop.body)
    except (ValueError, RecursionError):
        return []
    token = read.get("id_token") if isinstance(read, dict) else None
    session = claims_of(token).get("sid", "") if isinstance(token, str) else ""
    return [session] if session else []
