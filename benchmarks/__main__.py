"""``python -m benchmarks``: what everything costs, compared with the last saved run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.arguments import add_effort, effort_of, kinds_of, servers_of
from benchmarks.page import write_page
from benchmarks.processes import end_well
from benchmarks.report import lines_of_changes
from benchmarks.results import FOLDER, compare, load, save
from benchmarks.suite import Suite


def main(arguments: list[str]) -> int:
    """Measure the portal; 1 when anything was answered wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add_effort(parser)
    parser.add_argument("--serve", default="", help="further options of `sso-portal serve`")
    parser.add_argument("--results", type=Path, default=FOLDER, help="where runs are saved")
    given = parser.parse_args(arguments)
    kinds = kinds_of(given)
    end_well()
    suite = Suite(effort_of(given), kinds)
    for number, server in enumerate(servers_of(given)):
        suite.add_portal(server, tuple(given.serve.split()), counted=number == 0)
    file = given.results / "portal.json"
    before = load(file)
    print("\n".join(lines_of_changes(compare(suite.run, before) if before else [])))
    if not given.operations:
        save(suite.run, file)
        if given.results == FOLDER:
            write_page()
    return 1 if any(found.wrong for found in suite.run.providers) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
