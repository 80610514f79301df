"""Refreshes that go on while something else happens: how long each of them takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from benchmarks.measuring import WrongAnswers
from benchmarks.operations.refresh import Refresh
from benchmarks.provider import Provider
from benchmarks.wire import Ask, Look, Outcome, drive

CONNECTIONS = 4


@dataclass(frozen=True)
class Refreshed:
    """Seconds of each refresh, and how long the whole took."""

    seconds: list[float]
    took: float


def seconds_of_refreshes(provider: Provider, meanwhile: Callable[[], object]) -> Refreshed:
    """Refresh over a few connections for as long as ``meanwhile`` takes, in a thread. Raises :class:`WrongAnswers`."""
    refresh = Refresh(provider)
    refresh.prepare(0, lambda ask, look: _ask_all(provider, ask, look))
    began = perf_counter()
    outcome = _right(asyncio.run(_refresh_while(refresh, meanwhile)))
    return Refreshed(outcome.seconds, perf_counter() - began)


async def _refresh_while(refresh: Refresh, meanwhile: Callable[[], object]) -> Outcome:
    other = asyncio.create_task(asyncio.to_thread(meanwhile))

    def ask(connection: int) -> bytes | None:
        return None if other.done() else refresh.request(connection)

    outcome = await drive(refresh.provider.port, CONNECTIONS, ask, refresh.look)
    await other
    return outcome


def _ask_all(provider: Provider, ask: Ask, look: Look) -> None:
    _right(asyncio.run(drive(provider.port, CONNECTIONS, ask, look)))


def _right(outcome: Outcome) -> Outcome:
    if outcome.errors:
        raise WrongAnswers(f"{len(outcome.errors)} refreshes went wrong, the first: {outcome.errors[0]}")
    return outcome
