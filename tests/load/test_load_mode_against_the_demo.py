"""The load mode of the kit against a demo that runs: the same flow over the network, by two processes."""

from __future__ import annotations

from pathlib import Path

from sso_testkit.load import Plan, run
from tests.support.demo import start_demo


def test_two_processes_walk_the_flow_at_a_running_demo(tmp_path: Path) -> None:
    demo = start_demo(tmp_path)
    try:
        result = run(Plan("two-sites", times=6, workers=2, url=demo.portal))
    finally:
        demo.stop()
    assert not result.failures, result.report()
    assert [len(outcome.seconds) for outcome in result.outcomes] == [3, 3]
    assert "6 flows, 6 good, 0 failed" in result.report()
