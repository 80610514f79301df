"""``python -m benchmarks.growth``: what each operation costs in a full database, of what it costs in an empty one."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.filling import Amounts, add_sweepable, fill
from benchmarks.measuring import Effort, WrongAnswers, measure, percentile
from benchmarks.operations import OPERATIONS, Operation
from benchmarks.plans import plans_of_operations, walks_through_everything
from benchmarks.portal import provider_of
from benchmarks.processes import end_well, leave_the_measured_core
from benchmarks.provider import Provider
from benchmarks.refreshing import seconds_of_refreshes
from benchmarks.report import TITLES
from benchmarks.saving import save_finding
from benchmarks.served import ServedPortal

_QUIET_SECONDS = 5


def main(arguments: list[str]) -> int:
    """Measure, fill, measure again; print the ratios and the plans, and save both."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--expired", type=int, default=10_000_000, help="tokens that wait to be swept")
    parser.add_argument("--live", type=int, default=100_000, help="tokens that are good")
    parser.add_argument("--swept", type=int, default=20_000, help="tokens that are swept while refreshes go on")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=0.5)
    given = parser.parse_args(arguments)
    leave_the_measured_core()
    end_well()
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        empty, full = ServedPortal(Path(one)), ServedPortal(Path(other))
        began = time.perf_counter()
        fill(full.database, Amounts(given.people, given.expired, given.live))
        size = full.database.stat().st_size / 2**20
        print(f"filled in {time.perf_counter() - began:.0f} s, {size:.0f} MiB", flush=True)
        ratios = _ratios(empty, full, Effort(rounds=1, scale=given.scale), given.rounds)
        plans = plans_of_operations(full.database, Path(other))
        swept = _while_sweeping(full, given.swept)
    scans = sorted({plan for each in plans.values() for plan in each if walks_through_everything(plan)})
    _print(ratios, plans)
    print(swept)
    told = {"people": given.people, "expired": given.expired, "live": given.live, "mebibytes": round(size)}
    save_finding("growth", {**told, "ratios": ratios, "scans": scans, "plans": plans, "sweeping": swept})
    return 0


def _ratios(empty: ServedPortal, full: ServedPortal, effort: Effort, rounds: int) -> dict[str, float]:
    """By turns, so that the moods of the machine are shared."""
    with running(empty), running(full):
        providers = provider_of(empty), provider_of(full)
        return {kind.name: _ratio(kind, providers, effort, rounds) for kind in OPERATIONS}


def _ratio(kind: type[Operation], providers: Sequence[Provider], effort: Effort, rounds: int) -> float:
    costs = [[measure(kind(each), effort).cpu_milliseconds for each in providers] for _ in range(rounds)]
    empty, full = (statistics.median(column) for column in zip(*costs, strict=True))
    return float(round(full / empty, 3))


@contextmanager
def running(served: ServedPortal) -> Iterator[None]:
    """Runs while the block does."""
    served.start()
    try:
        yield
    finally:
        served.stop()


def _while_sweeping(served: ServedPortal, amount: int) -> str:
    """What sweeping does to refreshes."""
    add_sweepable(served.database, amount)
    try:
        with running(served):
            provider = provider_of(served)
            quiet = seconds_of_refreshes(provider, lambda: time.sleep(_QUIET_SECONDS))
            sweeping = seconds_of_refreshes(provider, lambda: served.command("db", "sweep"))
    except (WrongAnswers, subprocess.SubprocessError) as error:
        return f"While {amount:,} tokens were swept: {error}"
    ratios = [percentile(sweeping.seconds, each) / percentile(quiet.seconds, each) for each in (50, 99)]
    said = f"While another process swept {amount:,} tokens in {sweeping.took:.1f} s, a refresh took"
    return f"{said} {ratios[0]:.1f} times its quiet p50 and {ratios[1]:.1f} times its quiet p99."


def _print(ratios: dict[str, float], plans: dict[str, list[str]]) -> None:
    for name, ratio in ratios.items():
        print(f"{TITLES[name]:<28} full ÷ empty {ratio:5.2f}")
        for plan in plans[name]:
            print(f"    {'WALKS ' if walks_through_everything(plan) else ''}{plan}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
