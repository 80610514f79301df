"""What is printed while and after measuring."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.operations import OPERATIONS
from benchmarks.results import Change, Found, Run

TITLES = {kind.name: kind.title for kind in OPERATIONS}


def lines_of(found: Found, run: Run) -> list[str]:
    """The table of one provider."""
    memory = " + ".join(f"{each:.0f}" for each in found.resident_mebibytes)
    lines = ["", f"{found.name}: ready in {found.ready_seconds:.2f} s, {memory} MiB after load"]
    lines.append(
        f"{'':<28} {'CPU ms':>8} {'× hello':>8} {'a second':>9} {'p50 ms':>8} {'p99 ms':>8} {'SQL':>4} {'commits':>8}"
    )
    for row in found.rows:
        counts = found.counts.get(row.operation)
        database = f"{counts.statements:>4} {counts.commits:>8}" if counts else ""
        ratio = run.in_hellos(row)
        title = TITLES.get(row.operation, row.operation)
        lines.append(
            f"{title:<28} {row.cpu_milliseconds:8.3f} {ratio:8.2f} {row.per_second:9.0f} "
            f"{row.p50_milliseconds:8.1f} {row.p99_milliseconds:8.1f} {database}".rstrip()
        )
    if found.around_the_hash is not None:
        lines.append(f"beside its hash a sign-in costs {found.around_the_hash:.1f} hello worlds")
    lines += [f"not measured: {wrong}" for wrong in found.wrong]
    return [*lines, *_limits(found)]


def _limits(found: Found) -> list[str]:
    busy = [TITLES.get(row.operation, row.operation) for row in found.rows if row.load_busy > 0.9]  # noqa: PLR2004
    return [f"the load itself was the limit of how many a second: {', '.join(busy)}"] if busy else []


def lines_of_changes(changes: Sequence[Change]) -> list[str]:
    """What has changed since the last saved run."""
    if not changes:
        return ["", "There is no saved run of this to compare with."]
    lines = ["", "Since the last saved run (multiples of hello world):"]
    for change in changes:
        said = "  SLOWER" if change.is_slower else ""
        title = TITLES.get(change.operation, change.operation)
        lines.append(
            f"{change.provider:<40} {title:<28} {change.before:7.2f} → {change.now:7.2f}  × {change.ratio:.2f}{said}"
        )
    return lines
