"""``python -m benchmarks.profile_operations``: where the processor time of each operation goes, without a server."""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.in_process import PortalInProcess
from benchmarks.operations import OPERATIONS, Operation, SignIn
from benchmarks.operations.operation import times
from benchmarks.saving import save_finding

_PACKAGE = re.compile(r"(?:site|dist)-packages/([^/.]+)")
_OURS = re.compile(r"(sso_portal/[^/.]+)")
_OWNERS_SHOWN = 14
_REST = "others"
_WARM = 50


def main(arguments: list[str]) -> int:
    """Profile, print and save."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile_operations", description=__doc__)
    parser.add_argument("--times", type=int, default=500, help="requests of each operation (500)")
    parser.add_argument("--functions", type=int, default=0, help="also print so many of the functions that cost most")
    parser.add_argument("--before", action="store_true", help="keep it as what the next ones are compared with")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        portal = PortalInProcess(Path(folder))
        # What only changes now and then is read again after a second; that belongs to nobody's request.
        time.sleep(1.1)
        kinds = [kind for kind in OPERATIONS if kind is not SignIn]
        found = {kind.name: profile_of(portal, kind(portal.provider), given.times, given.functions) for kind in kinds}
        portal.close()
    told = {"owners": owners_of(found), "operations": found}
    _print(told)
    save_finding("profile_before" if given.before else "profile", told)
    return 0


def profile_of(portal: PortalInProcess, operation: Operation, amount: int, functions: int = 0) -> dict[str, Any]:
    """``microseconds`` without a profiler, and how they are shared out, as the profiler has found."""
    operation.prepare(2 * amount + _WARM, portal.drive)
    portal.drive(times(_WARM, operation.request), operation.look)
    gc.collect()
    began = time.process_time()
    portal.drive(times(amount, operation.request), operation.look)
    microseconds = (time.process_time() - began) / amount * 1e6
    profile = cProfile.Profile(time.process_time)
    profile.runcall(portal.drive, times(amount, operation.request), operation.look)
    stats: Any = pstats.Stats(profile)
    if functions:
        print(f"--- {operation.title}")
        stats.sort_stats("tottime").print_stats(functions)
    spent = spent_by_owner(stats.stats)
    whole = sum(spent.values())
    by_owner = {owner: round(seconds / whole * microseconds, 1) for owner, seconds in spent.most_common()}
    return {"microseconds": round(microseconds, 1), "by_owner": by_owner}


def spent_by_owner(stats: dict[Any, Any]) -> Counter[str]:
    """Seconds by package; what is built into Python counts for whoever calls it."""
    spent: Counter[str] = Counter()
    for (file, _line, _name), (_calls, _all, own, _with_callees, callers) in stats.items():
        if file == "~" and callers:
            for (caller, _, _), (_, _, part, _) in callers.items():
                spent[owner_of(caller)] += part
        else:
            spent[owner_of(file)] += own
    return spent


def owner_of(file: str) -> str:
    """The package that a file belongs to; of the portal its room."""
    if found := _PACKAGE.search(file):
        return found[1]
    if found := _OURS.search(file):
        return found[1]
    return "benchmarks" if "/benchmarks/" in file else "Python"


def owners_of(found: dict[str, Any]) -> list[str]:
    """Those that cost most in all; what the others cost is put together under each operation."""
    whole: Counter[str] = Counter()
    for each in found.values():
        whole.update(each["by_owner"])
    owners = [owner for owner, _ in whole.most_common(_OWNERS_SHOWN)]
    for each in found.values():
        each["by_owner"][_REST] = round(sum(us for owner, us in each["by_owner"].items() if owner not in owners), 1)
    return [*owners, _REST]


def _print(told: dict[str, Any]) -> None:
    names = list(told["operations"])
    print(f"{'microseconds in':<24}" + "".join(f"{name[:16]:>18}" for name in names))
    for owner in told["owners"]:
        print(f"{owner:<24}" + "".join(f"{told['operations'][name]['by_owner'].get(owner, 0):18.0f}" for name in names))
    print(f"{'all':<24}" + "".join(f"{told['operations'][name]['microseconds']:18.0f}" for name in names))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
