"""One question to the portal's session activity endpoint: which sessions live how long, and which are over.

The site says when the portal's sessions were last used here, and learns in one answer until when they live and which
of the sessions that it took part in have ended since it last asked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sso_client.backchannel import Backchannel
from sso_client.credentials import basic_authentication, posted_credentials
from sso_client.discovery import Discovery
from sso_client.errors import PortalUnavailable
from sso_client.json_answer import read_object
from sso_client.settings import Settings

MOST_USES = 200
"""Sessions in one question."""

_LATEST = 2**53


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Until when a session of the portal lives, seconds since 1970 by the portal's clock; None when without limit."""

    idle_expires: int | None
    expires: int | None


@dataclass(frozen=True, slots=True)
class EndedAtPortal:
    """A session of the portal that ended at `ended_at`, seconds since 1970 by the portal's clock."""

    sid: str = field(repr=False)
    subject: str
    ended_at: int


@dataclass(frozen=True, slots=True)
class Answer:
    """now: the portal's clock.   sessions: by `sid`; None for one that is over.   ended: oldest first.

    more: there are more that have ended; ask again, since the last one's time.
    """

    now: int
    sessions: Mapping[str, Lifetimes | None]
    ended: tuple[EndedAtPortal, ...]
    more: bool

    def next_since(self, since: int | None) -> int:
        """Return from when on to ask after this answer, which was asked for from `since` on."""
        if not self.more:
            return self.now
        last = self.ended[-1].ended_at
        return last if since is None or last > since else since + 1  # never the same question for ever


class SessionActivity:
    """Asks the portal."""

    def __init__(self, settings: Settings, discovery: Discovery, backchannel: Backchannel) -> None:
        self._settings = settings
        self._discovery = discovery
        self._backchannel = backchannel

    def is_offered(self) -> bool:
        """Say whether the portal has such an endpoint. Raises PortalUnavailable when its metadata cannot be had."""
        return bool(self._discovery.metadata().session_activity_endpoint)

    def ask(self, uses: Mapping[str, int], since: int | None) -> Answer:
        """Tell the last use of sessions (`sid` to seconds since 1970) and ask what has ended since `since`.

        Raises PortalUnavailable for everything that is not a usable answer.
        """
        endpoint = self._discovery.metadata().session_activity_endpoint
        form = {"activity": json.dumps(dict(uses)), **posted_credentials(self._settings)}
        if since is not None:
            form["since"] = str(max(0, since))
        answer = self._backchannel.send("POST", endpoint, data=form, auth=basic_authentication(self._settings))
        if answer.status_code != 200:
            raise PortalUnavailable(f"POST {endpoint}: status {answer.status_code}")
        try:
            return read_answer(answer.content)
        except ValueError as problem:
            raise PortalUnavailable(f"POST {endpoint}: {problem}") from problem


def read_answer(content: bytes) -> Answer:
    """Read the body of an answer. Raises ValueError, naming what is wrong with it."""
    body = read_object(content)
    # Without a `since` there is nothing to tell of ended sessions.
    sessions, ended, more = body.get("sessions"), body.get("ended", []), body.get("more", False)
    if not isinstance(sessions, dict) or not isinstance(ended, list) or not isinstance(more, bool):
        raise ValueError("not an answer about sessions")
    return Answer(
        now=_time(body.get("now")),
        sessions={sid: None if given is None else _lifetimes(given) for sid, given in sessions.items()},
        ended=tuple(_ended(given) for given in ended),
        more=more and bool(ended),  # after nothing there is no time to go on from
    )


def _lifetimes(given: Any) -> Lifetimes:
    if not isinstance(given, dict):
        raise ValueError("a session that is not an object")
    idle, absolute = given.get("idle_expires_at"), given.get("expires_at")
    return Lifetimes(None if idle is None else _time(idle), None if absolute is None else _time(absolute))


def _ended(given: Any) -> EndedAtPortal:
    if not isinstance(given, dict):
        raise ValueError("an ended session that is not an object")
    sid, subject = given.get("sid"), given.get("sub")
    if not (isinstance(sid, str) and isinstance(subject, str) and sid.isprintable() and subject.isprintable()):
        raise ValueError("an ended session without a name")
    return EndedAtPortal(sid, subject, _time(given.get("ended_at")))


def _time(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _LATEST:
        raise ValueError("a time that is not a number of seconds")
    return value
