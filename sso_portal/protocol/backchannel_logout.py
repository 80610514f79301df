"""Telling clients that a session is over (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from threading import BoundedSemaphore, Lock

from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from sso_portal.base.ids import identifier
from sso_portal.protocol.call import Call
from sso_portal.protocol.responses_for_clients import packed
from sso_portal.services.clients import Client
from sso_portal.services.federation.fetch import Fetcher, Unfetchable
from sso_portal.services.outbox import LogoutNotice
from sso_portal.services.users import User

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TOKEN_SECONDS = 120
"""How long a logout token is good: a client gets a new one at each try."""

_AT_ONCE = 16
"""Clients that are told at the same time by one process; as many again when they are told once more."""

_OF_ONE_CLIENT = 8
"""So many first tries at one client at the same time: one that never answers may not keep the others waiting."""

_AT_THE_DATABASE = 4
"""Of these, how many may be at the database: its connections are for people who wait."""

log = logging.getLogger(__name__)

Calls = Callable[[], AbstractContextManager[Call]]
"""A transaction of its own, with the services in it."""


def logout_token(notice: LogoutNotice, user: User, client: Client, call: Call) -> str:
    """The token that tells a client (section 2.4), in the form that it takes id_tokens in. Raises an oauthlib error
    when it is to be encrypted and the client's keys cannot be had."""
    now = call.clock.now()
    claims = {
        "iss": call.issuer,
        "sub": call.services.subjects.of(user, client),
        "aud": client.client_id,
        "iat": now,
        "exp": now + TOKEN_SECONDS,
        "jti": identifier(),
        "sid": notice.sid,
        "events": {EVENT: {}},
    }
    return packed("id_token", claims, call, client, media="logout+jwt")


class _Threads:
    """Some threads, made when they are first needed."""

    def __init__(self, name: str) -> None:
        self._name = f"backchannel-logout-{name}"
        self._lock = Lock()
        self._pool: ThreadPoolExecutor | None = None

    def submit(self, work: Callable[[LogoutNotice], None], notice: LogoutNotice) -> Future[None]:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix=self._name)
            return self._pool.submit(_logged, work, notice)

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)


class BackchannelLogout:
    """Delivers what is in the outbox. One for the process."""

    def __init__(self, calls: Calls, fetcher: Fetcher) -> None:
        """``calls`` gives a transaction for each step; nothing is open while a client is being called."""
        self._calls = calls
        self._turns = BoundedSemaphore(_AT_THE_DATABASE)
        self._fetcher = fetcher
        # Each with threads of its own: who signs out does not wait behind clients that failed, and what was claimed is
        # tried at once, long before its lease is over.
        self._new = _Threads("new")
        self._due = _Threads("due")
        self._first_tries: Counter[str] = Counter()
        self._counting = Lock()

    def tell(self, notices: Sequence[LogoutNotice], wait_seconds: float) -> None:
        """Tell everybody whom a sign-out has just been noted for, all at once; comes back when all have answered, and
        after ``wait_seconds`` anyway. Who has not answered by then is waited for in the background."""
        waiting = [notice for notice in notices if notice.state == "waiting"]
        wait([self._new.submit(self._first, notice) for notice in waiting], wait_seconds)

    def tell_due(self) -> int:
        """Tell whom it is time for, as many as can be told at once; answers how many were tried."""
        with self._step() as call:
            if not call.services.outbox.has_due():
                return 0
        with self._step() as call:
            taken = call.services.outbox.claim_due(_AT_ONCE)
        wait([self._due.submit(self._deliver, notice) for notice in taken])
        return len(taken)

    def close(self) -> None:
        """Finish what is under way; what has not begun stays in the outbox."""
        self._new.close()
        self._due.close()

    @contextmanager
    def _step(self) -> Iterator[Call]:
        with self._turns, self._calls() as call:
            yield call

    def _first(self, notice: LogoutNotice) -> None:
        with self._counting:
            if self._first_tries[notice.client_id] >= _OF_ONE_CLIENT:
                # It is told with those that are due.
                return
            self._first_tries[notice.client_id] += 1
        try:
            with self._step() as call:
                is_mine = call.services.outbox.claim_new(notice)
            if is_mine:
                self._deliver(notice)
        finally:
            with self._counting:
                self._first_tries[notice.client_id] -= 1

    def _deliver(self, notice: LogoutNotice) -> None:
        """Try once. A process that dies in here leaves the notice to whoever comes after its lease."""
        with self._step() as call:
            prepared = _prepared(notice, call)
        problem = prepared if isinstance(prepared, str) else self._send(*prepared)
        with self._step() as call:
            if not problem:
                call.services.outbox.confirmed(notice)
            elif call.services.outbox.failed(notice, problem, for_good=problem == _GONE):
                fields = {"client_id": notice.client_id, "sid": notice.sid, "problem": problem}
                log.warning("a site was not told of a sign-out; given up", extra={"fields": fields})

    def _send(self, client: Client, token: str) -> str:
        """Answers the problem; nothing when the client has confirmed."""
        uri = client.metadata["backchannel_logout_uri"]
        try:
            self._fetcher.post(uri, {"logout_token": token}, anywhere=not client.registered_itself)
        except Unfetchable as error:
            return str(error)
        return ""


_GONE = "The client, its person or its address is no longer registered."


def _prepared(notice: LogoutNotice, call: Call) -> tuple[Client, str] | str:
    client, user = call.services.clients.find(notice.client_id), call.services.users.by_id(notice.user_id)
    if client is None or user is None or not client.metadata["backchannel_logout_uri"]:
        return _GONE
    try:
        return client, logout_token(notice, user, client, call)
    except OAuth2Error as error:
        return str(error.description)


def _logged(work: Callable[[LogoutNotice], None], notice: LogoutNotice) -> None:
    """What fails here is nobody's answer: it is logged, and tried again after the lease."""
    try:
        work(notice)
    except Exception:
        log.exception("a notice could not be delivered; it is tried again later")
