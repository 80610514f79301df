"""What became of the flows: how many, how fast, and what went wrong how often."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_VARYING = re.compile(r"[0-9a-f]{12,}|\d+|[\w-]{32,}")
_LONGEST_KIND = 160


@dataclass(frozen=True)
class Outcome:
    """What one worker has done: the seconds of each flow that went well, the kind of each that did not, and the
    seconds from its first flow to its last."""

    seconds: tuple[float, ...]
    failures: tuple[str, ...]
    elapsed: float


@dataclass(frozen=True)
class Result:
    """What all workers together have done."""

    outcomes: Sequence[Outcome]

    @property
    def seconds(self) -> list[float]:
        """How long each good flow took, the shortest first."""
        return sorted(second for outcome in self.outcomes for second in outcome.seconds)

    @property
    def failures(self) -> Counter[str]:
        """How often each kind of failure has come."""
        return Counter(kind for outcome in self.outcomes for kind in outcome.failures)

    @property
    def per_second(self) -> float:
        """Good flows in a second, by all workers, who begin together."""
        longest = max((outcome.elapsed for outcome in self.outcomes), default=0.0)
        return len(self.seconds) / longest if longest else 0.0

    def percentile(self, percent: int) -> float:
        """The seconds within which this part of the good flows was done, by nearest rank; 0 without any."""
        ranked = self.seconds
        return ranked[max(math.ceil(len(ranked) * percent / 100), 1) - 1] if ranked else 0.0

    def report(self) -> str:
        """All of it in words, the commonest failure first."""
        good, failed = len(self.seconds), self.failures.total()
        lines = [f"{good + failed} flows, {good} good, {failed} failed; {self.per_second:.1f} good flows per second"]
        if good:
            parts = [f"{percent} % within {1000 * self.percentile(percent):.1f} ms" for percent in (50, 95, 99)]
            lines.append("; ".join(parts))
        lines += [f"  {count} × {kind}" for kind, count in self.failures.most_common()]
        return "\n".join(lines)


def kind_of(error: BaseException) -> str:
    """By what failures are told apart: the exception's class and its first line, what differs each time left out."""
    first = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {_VARYING.sub('…', first)}"[:_LONGEST_KIND]
