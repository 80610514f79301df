"""Fault switches: what goes wrong between a site and the portal, one line each, and all is well again afterwards.

Owns: the switches, whether each has fired, and how it is undone.
Never: reaches into a site or the portal: faults are made on the wire between them, or by the portal's own services.
Asked by: tests, as `sso.faults`; the pytest plugin, which restores and checks them after each test.
"""

from sso_testkit.faults.fault import Fault, FaultNeverFired
from sso_testkit.faults.switches import Faults

__all__ = ["Fault", "FaultNeverFired", "Faults"]
