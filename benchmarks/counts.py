"""Statements and commits of each operation, counted in this process and never while time is measured."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from benchmarks.in_process import PortalInProcess
from benchmarks.operations import OPERATIONS, Operation
from benchmarks.operations.operation import times
from benchmarks.results import Counts
from sso_testkit.counting import Counted, counting

_WARM, _TIMES = 3, 5
_NEW_SECONDS = 1.1
"""Times are kept in whole seconds, so a site is new to a session for as long as this."""


def counts_of_operations(folder: Path) -> dict[str, Counts]:
    """The median of several requests: now and then one does a little more, to note when something was last used."""
    portal = PortalInProcess(folder)
    try:
        return {kind.name: _counts(portal, kind(portal.provider)) for kind in OPERATIONS}
    finally:
        portal.close()


def _counts(portal: PortalInProcess, operation: Operation) -> Counts:
    found = statements_of(portal, operation, _TIMES, after_seconds=_NEW_SECONDS)
    return Counts(
        statements=int(statistics.median(len(each.statements) for each in found)),
        commits=int(statistics.median(each.commits for each in found)),
    )


def statements_of(
    portal: PortalInProcess, operation: Operation, amount: int, *, after_seconds: float = 0
) -> list[Counted]:
    """What each of so many requests sends to the database, after a few that nobody looks at, and so many seconds."""
    operation.prepare(_WARM + amount, portal.drive)
    portal.drive(times(_WARM, operation.request), operation.look)
    time.sleep(after_seconds)
    found = []
    for _ in range(amount):
        with counting(portal.portal.database) as counted:
            portal.drive(times(1, operation.request), operation.look)
        found.append(counted)
    return found
