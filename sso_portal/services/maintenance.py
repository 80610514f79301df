"""Sweeping: what nobody needs any more is deleted in small batches that do not hold up sign-ins."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from sso_portal.base.clock import Clock
from sso_portal.storage.attempts import AttemptStore
from sso_portal.storage.audit import AuditStore
from sso_portal.storage.codes import CodeStore
from sso_portal.storage.consents import ConsentStore
from sso_portal.storage.database import Work
from sso_portal.storage.device_codes import DeviceCodeStore
from sso_portal.storage.logout_notices import LogoutNoticeStore
from sso_portal.storage.once import OnceStore
from sso_portal.storage.pushed_requests import PushedRequestStore
from sso_portal.storage.sessions import SessionStore
from sso_portal.storage.tokens import TokenStore
from sso_portal.storage.trace_events import TraceStore

PAUSE_SECONDS = 0.1
"""Between two batches: whoever waits for SQLite's lock looks at least this often whether it is free."""

_BATCH = 500
_MINUTE = 60
_DAY = 86_400

Sweep = Callable[[Work, int], int]

SWEEPS: dict[str, Sweep] = {
    # A code is kept for a day after it expired, so that a late replay is still recognised.
    "codes": lambda work, now: CodeStore(work).sweep(now - _DAY, _BATCH),
    # A browser that arrived in time may take so long to sign in.
    "pushed_requests": lambda work, now: PushedRequestStore(work).sweep(now - _DAY, _BATCH),
    "device_codes": lambda work, now: DeviceCodeStore(work).sweep(now - _DAY, _BATCH),
    "tokens": lambda work, now: TokenStore(work).sweep(now - _DAY, _BATCH),
    "sessions": lambda work, now: SessionStore(work).sweep(now - 30 * _DAY, _BATCH),
    "sign_outs": lambda work, now: LogoutNoticeStore(work).sweep(now - 7 * _DAY, _BATCH),
    # The clocks of several machines differ a little.
    "used_once": lambda work, now: OnceStore(work).sweep(now - _MINUTE, _BATCH),
    # Kept until nothing that came from it can be asked for any more.
    "consents": lambda work, now: ConsentStore(work).sweep(now - 30 * _DAY, _BATCH),
    "attempts": lambda work, now: AttemptStore(work).sweep(now - _DAY, _BATCH),
}


def pause() -> bool:
    """Wait until those who waited for the last batch have gone ahead; there is always time for another one."""
    time.sleep(PAUSE_SECONDS)
    return True


def sweep(
    transaction: Callable[[], AbstractContextManager[Work]],
    clock: Clock,
    *,
    trace_seconds: int = 7 * _DAY,
    audit_days: int = 400,
    go_on: Callable[[], bool] = pause,
) -> dict[str, int]:
    """Delete what is over, traces older than ``trace_seconds`` and audit events older than ``audit_days``; answers how
    many rows of each kind.

    Every batch is a short transaction of its own, of one kind after the other. ``go_on`` is asked before there is
    another one of a kind: it waits a little, and ends the sweep with ``False``.
    """
    sweeps: dict[str, Sweep] = {
        **SWEEPS,
        "traces": lambda work, now: TraceStore(work).sweep(now - trace_seconds, _BATCH),
        "audit_events": lambda work, now: AuditStore(work).sweep(now - audit_days * _DAY, _BATCH),
    }
    deleted = dict.fromkeys(sweeps, 0)
    unfinished = list(sweeps)
    while unfinished:
        for name in tuple(unfinished):
            with transaction() as work:
                count = sweeps[name](work, clock.now())
            deleted[name] += count
            if count < _BATCH:
                unfinished.remove(name)
            elif not go_on():
                return deleted
    return deleted
