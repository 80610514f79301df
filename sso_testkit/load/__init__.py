"""The load mode: a flow that a test walks once, walked many times by several workers, and what became of it.

Owns: the flows that come with the kit, the workers, the count of what went well and what went wrong, percentiles.
Never: judges a number; nothing in here fails because a machine is slow.
Asked by: people, as ``python -m sso_testkit.load``, and tests that count.
"""

from sso_testkit.load.flows import FLOWS, Flow, find_flow
from sso_testkit.load.outcome import Outcome, Result
from sso_testkit.load.plan import Plan
from sso_testkit.load.workers import run

__all__ = ["FLOWS", "Flow", "Outcome", "Plan", "Result", "find_flow", "run"]
