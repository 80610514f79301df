"""What the commands of this room are told in the same words."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib.util import find_spec

from benchmarks.measuring import Effort
from benchmarks.operations import OPERATIONS, Operation


def add_effort(parser: argparse.ArgumentParser) -> None:
    """Which operations, how often, over how many connections."""
    names = [kind.name for kind in OPERATIONS]
    parser.add_argument(
        "operations", nargs="*", metavar="operation", help=f"only these (not saved): {', '.join(names)}"
    )
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many counts (3)")
    parser.add_argument("--connections", type=int, default=16, help="kept open, all busy (16)")
    parser.add_argument("--scale", type=float, default=1.0, help="this part of the usual amount of requests (1)")
    parser.add_argument("--server", action="append", help="a server of the portal (all that are installed)")


def servers_of(given: argparse.Namespace) -> list[str]:
    """The servers that were named, or waitress, and granian where it is installed."""
    return given.server or ["waitress", *(["granian"] if find_spec("granian") else [])]


def effort_of(given: argparse.Namespace) -> Effort:
    """How much is asked."""
    return Effort(connections=given.connections, rounds=given.rounds, scale=given.scale)


def kinds_of(given: argparse.Namespace) -> Sequence[type[Operation]]:
    """The operations that were named, or all. Raises :class:`SystemExit` for one that there is not."""
    known = {kind.name: kind for kind in OPERATIONS}
    if unknown := set(given.operations) - set(known):
        raise SystemExit(f"there is no operation {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return [known[name] for name in given.operations] or OPERATIONS
