"""``python -m benchmarks.memory``: memory of the portal at its start, over minutes of load, and after sign-ins."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measuring import Effort, measure
from benchmarks.operations import SignIn
from benchmarks.portal import provider_of
from benchmarks.processes import end_well, leave_the_measured_core, resident_bytes
from benchmarks.provider import Provider
from benchmarks.saving import save_finding
from benchmarks.served import ServedPortal
from benchmarks.visiting import Visits, visit

_CONNECTIONS = 16
_SAMPLES = 20
"""In the file; each stands for the highest of its time."""
_SIGN_INS = 120
_SETTLED_SECONDS = 2


def main(arguments: list[str]) -> int:
    """Measure, print and save; 1 when a request has failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--server", default="waitress", help="which of the portal's servers")
    given = parser.parse_args(arguments)
    leave_the_measured_core()
    end_well()
    visits = Visits()
    with tempfile.TemporaryDirectory() as name:
        served = ServedPortal(Path(name), server=given.server)
        served.start()
        try:
            resident = {"at the start": _settled(served.pid)}
            provider = provider_of(served)
            samples = asyncio.run(_watch(provider, given.minutes, visits))
            resident["after the load"] = _settled(served.pid)
            # The round that counts, and the one before it.
            measure(SignIn(provider), Effort(_CONNECTIONS, rounds=1, scale=_SIGN_INS / 2 / SignIn.amount))
            resident[f"after {_SIGN_INS} sign-ins"] = _settled(served.pid)
        finally:
            served.stop()
    change = growth(samples)
    print(
        f"{visits.requests} requests, {len(visits.failed)} failed {visits.failed[:1]}; last quarter {change:+.1f} MiB"
    )
    print(", ".join(f"{mebibytes:.1f} MiB {moment}" for moment, mebibytes in resident.items()))
    told = {"server": given.server, "samples": samples, "growth_mebibytes": change, "failed": len(visits.failed)}
    save_finding("memory", {**told, "resident": resident})
    return 1 if visits.failed else 0


def _settled(pid: int) -> float:
    """Mebibytes in a quiet moment."""
    time.sleep(_SETTLED_SECONDS)
    return round(sum(resident_bytes(pid)) / 2**20, 1)


async def _watch(provider: Provider, minutes: float, visits: Visits) -> list[dict[str, Any]]:
    began = time.monotonic()
    load = asyncio.create_task(visit(provider, _CONNECTIONS, lambda: time.monotonic() - began < minutes * 60, visits))
    samples: list[dict[str, Any]] = []
    for number in range(1, _SAMPLES + 1):
        highest = 0
        while time.monotonic() - began < number * minutes * 60 / _SAMPLES:
            await asyncio.sleep(min(1.0, minutes))
            highest = max(highest, sum(resident_bytes(provider.pid)))
        minute = round((time.monotonic() - began) / 60, 2)
        samples.append({"minute": minute, "requests": visits.requests, "mebibytes": round(highest / 2**20, 1)})
        print("{minute:6.1f} min {requests:9} requests {mebibytes:7.1f} MiB".format(**samples[-1]), flush=True)
    await load
    return samples


def growth(samples: list[dict[str, Any]]) -> float:
    """Mebibytes that the last quarter has more than the quarter before it, by their medians."""
    quarter = max(1, len(samples) // 4)
    last, before = samples[-quarter:], samples[-2 * quarter : -quarter] or samples[-quarter:]
    medians = [float(statistics.median(each["mebibytes"] for each in part)) for part in (last, before)]
    return round(medians[0] - medians[1], 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
