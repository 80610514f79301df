"""Keeps the site's sessions in step with the portal's: nobody's session is believed that has ended meanwhile.

Back-channel logout tells of every end at once, when the site is up and can be reached. What it has missed otherwise it
asks for: before the first session of this process is believed, and again after an outage. While sessions are in use it
tells the portal so from time to time, and the answer brings what back-channel logout may have lost.
"""

from __future__ import annotations

import logging
import threading
import time

from sso_client.background import Background
from sso_client.clock import Clock
from sso_client.documents import Documents
from sso_client.endings import Endings
from sso_client.errors import PortalUnavailable
from sso_client.session_activity import MOST_USES, Answer, SessionActivity
from sso_client.session_uses import SessionUses
from sso_client.store import Store

SILENCE_SECONDS = 600
"""After so long without a word from the portal something may have been missed."""

RETRY_SECONDS = 5
"""How often a portal that does not answer is asked again."""

MARGIN_SECONDS = 60
"""How far back each question goes beyond the last answer: clocks differ, and commits take their time."""

_REMEMBERED = "ends of the portal's sessions known until"

log = logging.getLogger(__name__)


class SessionWatch:
    """One process's view of the portal's sessions."""

    def __init__(
        self,
        activity: SessionActivity,
        store: Store,
        documents: Documents,
        clock: Clock,
        background: Background,
        *,
        period: int,
        timeout: float,
    ) -> None:
        """`period`: seconds between two reports of use, 0 for none; `timeout`: seconds that a request may wait."""
        self._activity = activity
        self._store = store
        self._uses = SessionUses(store, clock)
        self._endings = Endings(store, clock)
        self._documents = documents
        self._clock = clock
        self._background = background
        self._period = period
        self._timeout = timeout
        self._speaking = threading.Lock()
        self._spoke: int | None = None
        self._failed: int | None = None
        self._reported: int | None = None

    def catch_up(self) -> None:
        """End what has ended at the portal while this process could not know; to be called before a session is found.

        Waits for the portal once, for `timeout` at most. While it does not answer sessions are believed, and it is
        asked again in the background: a site must not fall with the portal.
        """
        if self._failed is not None:
            if not self._is_within(self._failed, RETRY_SECONDS):
                self._failed = self._clock.now()
                self._start()
            return
        if self._is_within(self._spoke, SILENCE_SECONDS):
            return
        with self._speaking:  # the others wait for the one who asks
            if self._failed is None and not self._is_within(self._spoke, SILENCE_SECONDS):
                self._speak()

    def note_use(self) -> None:
        """Tell the portal in the background that sessions are in use, when it is time to."""
        if not self._period or self._failed is not None or self._is_within(self._reported, self._period):
            return
        self._reported = self._clock.now()
        self._start()

    def tell_now(self, id_hash: str) -> None:
        """Tell the portal at once that a session is in use, and wait for its answer; nothing where it is never told."""
        self._uses.make_due(id_hash)
        if self._period:
            with self._speaking:
                self._speak()

    def _start(self) -> None:
        try:
            self._background(self._speak_alone)
        except RuntimeError as problem:  # no thread can be had: the request is more important
            log.warning("the portal is not asked about sessions: %s", problem)

    def _speak_alone(self) -> None:
        if not self._speaking.acquire(blocking=False):
            return
        try:
            self._speak()
        except Exception:
            log.exception("the portal could not be asked about sessions")
        finally:
            self._speaking.release()

    def _speak(self) -> None:
        try:
            if self._activity.is_offered():
                self._exchange()
        except PortalUnavailable as problem:
            log.warning("sessions are believed without the portal: %s", problem)
            self._failed = self._clock.now()
        else:
            self._failed, self._spoke = None, self._clock.now()

    def _exchange(self) -> None:
        since, deadline = self._since(), time.monotonic() + self._timeout
        self._reported = self._clock.now()
        while True:
            uses = self._uses.claim(self._period) if self._period else {}
            try:
                answer = self._activity.ask(uses, since)
            except BaseException:
                self._uses.give_back(uses)
                raise
            since = answer.next_since(since)
            self._obey(uses, answer, since)
            if not answer.more and len(uses) < MOST_USES:
                return
            if time.monotonic() > deadline:
                raise PortalUnavailable("the portal has more to tell about sessions than fits into the time")

    def _obey(self, uses: dict[str, int], answer: Answer, since: int) -> None:
        with self._store.transaction():
            for sid in uses.keys() & answer.sessions.keys():
                lifetimes = answer.sessions[sid]
                if lifetimes is None:
                    self._endings.at_portal(sid)
                else:
                    self._uses.note_lifetimes(sid, lifetimes, answer.now - self._clock.now())
            for ended in answer.ended:
                self._endings.at_portal(ended.sid, ended.subject)
            self._documents.put(_REMEMBERED, {"now": since})

    def _since(self) -> int | None:
        kept = self._documents.get(_REMEMBERED)
        since = self._uses.oldest() if kept is None else int(kept.body["now"])
        return None if since is None else since - MARGIN_SECONDS

    def _is_within(self, moment: int | None, seconds: int) -> bool:
        return moment is not None and 0 <= self._clock.now() - moment < seconds
