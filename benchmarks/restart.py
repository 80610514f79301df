"""``python -m benchmarks.restart``: requests that fail while the portal's processes are replaced under load."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.portal import provider_of
from benchmarks.processes import end_well, family, leave_the_measured_core
from benchmarks.saving import save_finding
from benchmarks.served import ServedPortal
from benchmarks.visiting import Visits, visit

_CONNECTIONS = 16
_PATIENCE_SECONDS = 60
"""How long the old processes may take to go."""


def main(arguments: list[str]) -> int:
    """Restart several times, print and save; 1 when a request has failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.restart", description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--restarts", type=int, default=3)
    parser.add_argument("--pause", type=float, default=5, help="seconds of load before, between and after (5)")
    parser.add_argument("--server", default="waitress", help="which of the portal's servers")
    given = parser.parse_args(arguments)
    leave_the_measured_core()
    end_well()
    visits = Visits()
    with tempfile.TemporaryDirectory() as name:
        served = ServedPortal(Path(name), server=given.server, serve=("--workers", str(given.workers)))
        served.start()
        try:
            replaced = asyncio.run(_restart(served, given.restarts, given.pause, visits))
        finally:
            served.stop()
    said = lines_of(given.workers, given.restarts, replaced, visits)
    print("\n".join(said))
    save_finding("restart", {"said": said, "failed": len(visits.failed), "replaced": replaced})
    return 1 if visits.failed or replaced < given.restarts * given.workers else 0


async def _restart(served: ServedPortal, restarts: int, pause: float, visits: Visits) -> int:
    """Answers how many processes have made room for others."""
    provider, is_over = provider_of(served), asyncio.Event()
    load = asyncio.create_task(visit(provider, _CONNECTIONS, lambda: not is_over.is_set(), visits))
    replaced = 0
    await asyncio.sleep(pause)
    for _ in range(restarts):
        before = set(family(served.pid)) - {served.pid}
        os.kill(served.pid, signal.SIGHUP)
        replaced += await _gone(served.pid, before)
        await asyncio.sleep(pause)
    is_over.set()
    await load
    return replaced


async def _gone(pid: int, before: set[int]) -> int:
    """How many of these processes end before patience does."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while before & set(family(pid)) and time.monotonic() < until:
        await asyncio.sleep(0.1)
    return len(before - set(family(pid)))


def lines_of(workers: int, restarts: int, replaced: int, visits: Visits) -> list[str]:
    """What is printed and stands in the page."""
    kinds = Counter(failed.partition(":")[0] for failed in visits.failed)
    why = f" ({', '.join(f'{count} × {kind}' for kind, count in sorted(kinds.items()))})" if kinds else ""
    return [
        f"`serve --workers {workers}`, restarted {restarts} times by SIGHUP: {replaced} processes were replaced",
        f"{visits.requests:,} requests were answered meanwhile; {len(visits.failed)} failed{why}",
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
