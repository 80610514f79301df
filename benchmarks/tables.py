"""The tables of ``docs/performance.md``, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.operations import OPERATIONS
from benchmarks.picture import said_short
from benchmarks.results import Found, Run

_HOP = ("silent_authorize", "code_exchange")
"""What a person waits for when she enters the next site."""

Told = dict[str, Any]


def portal_table(run: Run) -> list[str]:
    """The portal alone: hello worlds, the database, and how long an answer takes."""
    lines = [_of_run(run)]
    for found in run.providers:
        lines += ["", f"**{found.name}**: {_standing(found)}.", ""]
        lines += _head("operation", "hello worlds", "statements", "commits", "p50 ÷ hello", "p99 ÷ p50")
        for row in found.rows:
            counts = found.counts.get(row.operation)
            cells = (str(counts.statements), str(counts.commits)) if counts else ("", "")
            cost = said_short(run.in_hellos(row))
            if row.operation == "sign_in" and found.around_the_hash is not None:
                cost = f"the hash + {said_short(max(0.0, found.around_the_hash))}"
            times = (
                row.p50_milliseconds / run.hello_milliseconds,
                row.p99_milliseconds / max(row.p50_milliseconds, 1e-9),
            )
            lines.append(_row(_title(row.operation), cost, *cells, *(said_short(each) for each in times)))
        lines += ["", *_wrong(found)] if found.wrong else []
    return lines


def peers_table(run: Run) -> list[str]:
    """All of them, in multiples of the same hello world."""
    providers = [found for found in run.providers if found.rows]
    lines = [_of_run(run), "", *_head("operation", *(found.name for found in providers))]
    for kind in OPERATIONS:
        lines.append(_row(kind.title, *(_cell(run.hellos(found, kind.name)) for found in providers)))
        if kind.name == _HOP[-1]:
            lines.append(_row("**one sign-in hop = both**", *(f"**{_cell(_hop(run, found))}**" for found in providers)))
    lines += ["", *(f"- {found.name}: {'; '.join((_standing(found), *found.notes))}." for found in providers)]
    return lines + [line for found in run.providers for line in _wrong(found)]


def profile_tables(told: Told) -> list[str]:
    """Microseconds of each operation by who spends them."""
    names = list(told["operations"])
    lines = [_taken(told["machine"], told["taken"], told["busy"]), ""]
    lines += _head("µs in", *(_title(name) for name in names))
    for owner in told["owners"]:
        lines.append(_row(owner, *(f"{told['operations'][name]['by_owner'].get(owner, 0):.0f}" for name in names)))
    return [*lines, _row("**all**", *(f"**{told['operations'][name]['microseconds']:.0f}**" for name in names))]


def growth_table(told: Told) -> list[str]:
    """What each operation costs in a full database, of what it costs in an empty one."""
    size = "{people:,} people, {expired:,} expired and {live:,} living tokens".format(**told)
    lines = [f"{_taken(told['machine'], told['taken'], told['busy'])} The full database has {size}.", ""]
    lines += _head("operation", "full ÷ empty")
    lines += [_row(_title(name), f"{ratio:.2f}") for name, ratio in told["ratios"].items()]
    scans = told["scans"]
    said = "; ".join(f"`{scan}`" for scan in scans) if scans else "none"
    return [*lines, "", told["sweeping"], "", f"Plans that walk through a whole table or index: {said}."]


def memory_lines(told: Told) -> list[str]:
    """How memory goes while the portal is under load."""
    lines = [_taken(told["machine"], told["taken"], told["busy"]), "", *_head("minute", "requests", "MiB")]
    lines += [_row(f"{s['minute']:.1f}", f"{s['requests']:,}", f"{s['mebibytes']:.0f}") for s in told["samples"]]
    change = f"{told['growth_mebibytes']:+.1f} MiB"
    resident = ", ".join(f"{mebibytes:.0f} MiB {moment}" for moment, mebibytes in told["resident"].items())
    lines += ["", f"In quiet moments: {resident}."]
    return [*lines, "", f"The last quarter has {change} beside the one before it; {told['failed']} requests failed."]


def load_lines(told: Told) -> list[str]:
    """Sentences that the script has found."""
    return [_taken(told["machine"], told["taken"], told["busy"]), "", *(f"- {line}" for line in told["said"])]


def _taken(machine: str, taken: str, busy: str) -> str:
    return f"On {machine}, {taken}; {busy}."


def _of_run(run: Run) -> str:
    hello, hashed = run.hello_milliseconds, run.hash_milliseconds / run.hello_milliseconds
    taken = _taken(run.machine, run.taken, run.busy)
    return f"{taken} Hello world costs {hello:.3f} ms there, a password's hash {said_short(hashed)} hello worlds."


def _standing(found: Found) -> str:
    memory = " + ".join(f"{each:.0f}" for each in found.resident_mebibytes)
    return f"ready in {found.ready_seconds:.2f} s, {memory} MiB after load"


def _title(operation: str) -> str:
    return next((kind.title for kind in OPERATIONS if kind.name == operation), operation)


def _hop(run: Run, found: Found) -> float | None:
    costs = [run.hellos(found, name) for name in _HOP]
    return sum(cost for cost in costs if cost is not None) if None not in costs else None


def _cell(hellos: float | None) -> str:
    return "–" if hellos is None else said_short(hellos)


def _wrong(found: Found) -> list[str]:
    return [f"- Not measured: {wrong}" for wrong in found.wrong]


def _head(first: str, *names: str) -> list[str]:
    return [_row(first, *names), _row("---", *["---:"] * len(names))]


def _row(*cells: str) -> str:
    return f"| {' | '.join(_plain(cells))} |"


def _plain(cells: Sequence[str]) -> list[str]:
    return [cell.replace("|", "\\|") for cell in cells]
