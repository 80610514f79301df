"""``python -m sso_testkit.load --flow one-sign-in --workers 2 --times 200``: prints what became of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from sso_testkit.load.flows import FLOWS
from sso_testkit.load.plan import Plan
from sso_testkit.load.workers import run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the flow, print its result; answers 1 when a flow has failed, else 0."""
    # A flow given by name may lie in the folder where the command is typed, as with `python -m pytest`.
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    given = command_line().parse_args(arguments)
    sites = tuple(given.site)
    try:
        plan = Plan(given.flow, given.times, given.workers, url=given.url, sites=sites, prepare=given.prepare)
    except ValueError as error:
        command_line().error(str(error))
    result = run(plan)
    print(f"{plan.flow} · {plan.workers} workers · {plan.place}\n{result.report()}")
    return 1 if result.failures else 0


def command_line() -> argparse.ArgumentParser:
    """What the command understands."""
    parser = argparse.ArgumentParser(
        prog="python -m sso_testkit.load",
        description="Walk one flow many times, in worlds of its own or against a portal that runs somewhere.",
    )
    named = ", ".join(FLOWS)
    parser.add_argument("--flow", default="one-sign-in", help=f"{named}, or module:function of flow(browser, sso)")
    parser.add_argument("--workers", type=int, default=1, help="processes, each with a world of its own")
    parser.add_argument("--times", type=int, default=100, help="how many flows, all workers together")
    parser.add_argument("--url", default="", help="the address of a running portal, with the demo's people")
    parser.add_argument(
        "--site",
        action="append",
        default=[],
        metavar="ID=ADDRESS",
        help="where a site is that a flow goes to, for --url; the demo's sites are known",
    )
    parser.add_argument("--prepare", default="", help="module:function of prepare(sso), once in each world")
    return parser


if __name__ == "__main__":
    sys.exit(main())
