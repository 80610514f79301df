"""``python -m benchmarks.peers``: the portal and other providers in one run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.arguments import add_effort, effort_of, kinds_of, servers_of
from benchmarks.page import write_page
from benchmarks.peers import PEERS
from benchmarks.processes import end_well
from benchmarks.report import lines_of_changes
from benchmarks.results import FOLDER, compare, load, save
from benchmarks.suite import Suite


def main(arguments: list[str]) -> int:
    """Measure all of them; 1 when the portal has answered anything wrong: a peer that cannot be had is only said."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    add_effort(parser)
    parser.add_argument("--results", type=Path, default=FOLDER, help="where runs are saved")
    given = parser.parse_args(arguments)
    kinds = kinds_of(given)
    end_well()
    suite = Suite(effort_of(given), kinds)
    for server in servers_of(given):
        suite.add_portal(server, counted=False)
    ours = len(suite.run.providers)
    for peer in PEERS:
        suite.add_peer(peer)
    file = given.results / "peers.json"
    before = load(file)
    print("\n".join(lines_of_changes(compare(suite.run, before) if before else [])))
    if not given.operations:
        save(suite.run, file)
        if given.results == FOLDER:
            write_page()
    return 1 if any(found.wrong for found in suite.run.providers[:ours]) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
