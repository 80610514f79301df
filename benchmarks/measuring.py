"""Measuring an operation: warm up, then several rounds, and their median."""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.operations import Operation
from benchmarks.operations.operation import times
from benchmarks.processes import cpu_seconds
from benchmarks.provider import Provider
from benchmarks.wire import Ask, Look, Outcome, drive


@dataclass(frozen=True)
class Measured:
    """What one operation costs: milliseconds of processor time each, how many a second, and how long they took.

    ``hellos`` is the cost as a multiple of what was asked beside it, by turns, so that both were measured in the same
    mood of the machine; 0 when nothing was. ``load_busy`` is the part of the time for which the process that makes the
    load was busy: near 1 the answers could have come faster; the processor time is right all the same.
    """

    operation: str
    cpu_milliseconds: float
    rounds: tuple[float, ...]
    per_second: float
    p50_milliseconds: float
    p99_milliseconds: float
    amount: int
    errors: int
    load_busy: float
    hellos: float = 0.0


@dataclass(frozen=True)
class Effort:
    """How much is asked: over how many connections, in how many rounds; ``scale`` is a part of the usual amount."""

    connections: int = 16
    rounds: int = 3
    scale: float = 1.0

    def amount(self, operation: Operation) -> int:
        """Requests of a round."""
        return max(self.connections, int(operation.amount * self.scale))


class WrongAnswers(Exception):
    """The provider did not do what was asked, so there is nothing to measure."""


@dataclass(frozen=True)
class _Round:
    cpu: float
    took: float
    busy: float
    outcome: Outcome


def measure(operation: Operation, effort: Effort, beside: Operation | None = None) -> Measured:
    """Ask in rounds, after one that does not count; before and after each a little of what is measured ``beside``.
    Raises :class:`WrongAnswers` at the first wrong one."""
    amount = effort.amount(operation)
    rounds, units = [], []
    for _ in range(effort.rounds + 1):
        rounds.append(_round(operation, amount, effort.connections))
        units.append(_unit(beside, effort))
    rounds.pop(0)
    costs = [each.cpu / amount * 1000 for each in rounds]
    ratios = [
        2 * cost / (before + after) for cost, before, after in zip(costs, units, units[1:], strict=False) if after
    ]
    seconds = [second for each in rounds for second in each.outcome.seconds]
    return Measured(
        operation=operation.name,
        cpu_milliseconds=round(statistics.median(costs), 4),
        rounds=tuple(round(cost, 4) for cost in costs),
        per_second=round(statistics.median(amount / each.took for each in rounds), 1),
        p50_milliseconds=round(percentile(seconds, 50) * 1000, 3),
        p99_milliseconds=round(percentile(seconds, 99) * 1000, 3),
        amount=amount * effort.rounds,
        errors=sum(len(each.outcome.errors) for each in rounds),
        load_busy=round(statistics.median(each.busy for each in rounds), 2),
        hellos=round(statistics.median(ratios), 4) if ratios else 0.0,
    )


def _unit(beside: Operation | None, effort: Effort) -> float:
    """Milliseconds that one of it costs at this moment."""
    if beside is None:
        return 0.0
    amount = effort.amount(beside) // 2
    return _round(beside, amount, effort.connections).cpu / amount * 1000


def _round(operation: Operation, amount: int, connections: int) -> _Round:
    provider = operation.provider

    def prepare(ask: Ask, look: Look) -> None:
        _drive(operation, connections, ask, look)

    operation.prepare(amount, prepare)
    cpu, own, began = cpu_seconds(provider.pid), time.process_time(), time.perf_counter()
    outcome = _drive(operation, connections, times(amount, operation.request), operation.look)
    took = time.perf_counter() - began
    return _Round(cpu_seconds(provider.pid) - cpu, took, (time.process_time() - own) / took, outcome)


def _drive(operation: Operation, connections: int, ask: Ask, look: Look) -> Outcome:
    outcome = asyncio.run(drive(operation.provider.port, connections, ask, look))
    if outcome.errors:
        first = f"{len(outcome.errors)} wrong, the first: {outcome.errors[0]}"
        raise WrongAnswers(f"{operation.title} at {operation.provider.name}: {first}")
    return outcome


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many of a hundred do not exceed; 0 of nothing."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def what_can_be_measured(
    provider: Provider, kinds: Sequence[type[Operation]], effort: Effort, beside: Operation | None = None
) -> tuple[list[Measured], list[str]]:
    """Each operation that the provider does as it should, and what is wrong with the others."""
    rows, wrong = [], []
    for kind in (each for each in kinds if each.fits(provider)):
        try:
            rows.append(measure(kind(provider), effort, beside))
        except WrongAnswers as error:
            wrong.append(str(error))
    return rows, wrong
