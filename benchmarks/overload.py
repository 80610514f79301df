"""``python -m benchmarks.overload``: a burst of sign-ins while refreshes go on."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.measuring import percentile
from benchmarks.operations import SignIn
from benchmarks.portal import provider_of
from benchmarks.processes import end_well, leave_the_measured_core
from benchmarks.provider import Provider
from benchmarks.refreshing import seconds_of_refreshes
from benchmarks.saving import save_finding
from benchmarks.served import ServedPortal
from benchmarks.wire import Answer, Ask, Look, drive

_QUIET_SECONDS = 10


def main(arguments: list[str]) -> int:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overload", description=__doc__)
    parser.add_argument("--sign-ins", type=int, default=500, help="how many at once (500)")
    parser.add_argument("--server", default="waitress", help="which of the portal's servers")
    given = parser.parse_args(arguments)
    leave_the_measured_core()
    end_well()
    with tempfile.TemporaryDirectory() as name:
        served = ServedPortal(Path(name), server=given.server)
        served.start()
        try:
            said = _measured(provider_of(served), given.sign_ins)
        finally:
            served.stop()
    said.insert(0, f"{served.name}, one process")
    print("\n".join(said))
    save_finding("overload", {"said": said})
    return 0


def _measured(provider: Provider, amount: int) -> list[str]:
    quiet = seconds_of_refreshes(provider, lambda: time.sleep(_QUIET_SECONDS))
    burst = Burst(provider)
    loaded = seconds_of_refreshes(provider, lambda: burst.come(amount))
    answers = ", ".join(f"{count} × {what}" for what, count in sorted(burst.answers.items()))
    ratios = {each: percentile(loaded.seconds, each) / percentile(quiet.seconds, each) for each in (50, 99)}
    return [
        f"{amount} sign-ins at once were answered in {burst.took:.1f} s: {answers}",
        f"meanwhile {len(loaded.seconds)} refreshes were answered, each rightly; p50 was {ratios[50]:.1f} times "
        f"and p99 {ratios[99]:.1f} times what it is in quiet",
    ]


class Burst:
    """People who all sign in at once; ``answers`` counts what they were told, ``took`` is in seconds."""

    def __init__(self, provider: Provider) -> None:
        """The page is loaded before."""
        self._sign_in = SignIn(provider)
        self._port = provider.port
        self.answers: Counter[str] = Counter()
        self.took = 0.0
        self._sign_in.prepare(1, self._drive)

    def _drive(self, ask: Ask, look: Look) -> None:
        asyncio.run(drive(self._port, 1, ask, look))

    def come(self, amount: int) -> None:
        """Each once, over a connection of its own."""
        still_to_come = set(range(amount))

        def ask(connection: int) -> bytes | None:
            if connection not in still_to_come:
                return None
            still_to_come.remove(connection)
            return self._sign_in.request(connection)

        began = time.perf_counter()
        outcome = asyncio.run(drive(self._port, amount, ask, self.note))
        self.took = time.perf_counter() - began
        self.answers.update(error.partition(":")[0] for error in outcome.errors)

    def note(self, connection: int, answer: Answer) -> bool:
        """Count what one of them was told."""
        if answer.status == 503:  # noqa: PLR2004
            self.answers["503 with Retry-After" if answer.header(b"retry-after") else "503 without Retry-After"] += 1
        elif self._sign_in.look(connection, answer):
            self.answers["signed in"] += 1
        else:
            self.answers[f"status {answer.status}"] += 1
        return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
