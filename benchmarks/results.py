"""What a run has found, as a file: written, read again, compared with the one before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measuring import Measured

FOLDER = Path(__file__).parent / "results"
SLOWER = 1.1
"""From this ratio on something has got slower; less is the machine's mood."""


@dataclass(frozen=True)
class Counts:
    """What a request costs the database."""

    statements: int
    commits: int


@dataclass(frozen=True)
class Found:
    """One provider. ``wrong`` says which operations could not be measured, and why; ``resident_mebibytes`` is after
    load, for each process. ``around_the_hash``: hello worlds that a sign-in costs beside the hash; both take so much
    longer than their difference that it is measured by itself."""

    name: str
    ready_seconds: float
    resident_mebibytes: tuple[float, ...]
    rows: tuple[Measured, ...]
    notes: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    counts: Mapping[str, Counts] = field(default_factory=dict)
    around_the_hash: float | None = None

    def row(self, operation: str) -> Measured | None:
        """What was found of it, ``None`` when it was not measured."""
        return next((row for row in self.rows if row.operation == operation), None)


@dataclass(frozen=True)
class Run:
    """All that was measured at once. ``hello_milliseconds`` and ``hash_milliseconds`` are what ratios refer to: hello
    world in Pyramid on waitress, and one password hash."""

    machine: str
    busy: str
    taken: str
    hello_milliseconds: float
    hash_milliseconds: float
    providers: tuple[Found, ...]

    def provider(self, name: str) -> Found | None:
        """One of them by its name."""
        return next((each for each in self.providers if each.name == name), None)

    def in_hellos(self, row: Measured) -> float:
        """What an operation costs, as a multiple of hello world: of the one beside it, or else of the run's."""
        return row.hellos or row.cpu_milliseconds / self.hello_milliseconds

    def hellos(self, found: Found, operation: str) -> float | None:
        """The same of a provider's operation; ``None`` when it was not measured."""
        row = found.row(operation)
        return self.in_hellos(row) if row is not None else None


@dataclass(frozen=True)
class Change:
    """How the cost of an operation has changed: both are multiples of the hello world of their run."""

    provider: str
    operation: str
    before: float
    now: float

    @property
    def ratio(self) -> float:
        """Above 1 it costs more than before."""
        return self.now / self.before

    @property
    def is_slower(self) -> bool:
        """By more than chance."""
        return self.ratio > SLOWER


def save(run: Run, file: Path) -> None:
    """Write it for the next run to be compared with."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(run), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(file: Path) -> Run | None:
    """The run that was saved last, ``None`` when there is none."""
    if not file.exists():
        return None
    told = json.loads(file.read_text(encoding="utf-8"))
    return Run(**{**told, "providers": tuple(_found(each) for each in told["providers"])})


def _found(told: dict[str, Any]) -> Found:
    rows = tuple(Measured(**{**row, "rounds": tuple(row["rounds"])}) for row in told["rows"])
    counts = {name: Counts(**each) for name, each in told["counts"].items()}
    tuples = {name: tuple(told[name]) for name in ("resident_mebibytes", "notes", "wrong")}
    return Found(**{**told, **tuples, "rows": rows, "counts": counts})


def compare(now: Run, before: Run) -> list[Change]:
    """What both have measured, worst first."""
    changes = []
    for found in now.providers:
        earlier = before.provider(found.name)
        for row in found.rows if earlier else ():
            cost = earlier.row(row.operation) if earlier else None
            if cost and now.hello_milliseconds and before.hello_milliseconds:
                changes.append(Change(found.name, row.operation, before.in_hellos(cost), now.in_hellos(row)))
    return sorted(changes, key=lambda change: -change.ratio)
