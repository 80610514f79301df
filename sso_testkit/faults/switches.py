"""Every switch there is, as a test finds it in ``sso.faults``."""

from __future__ import annotations

from sso_testkit.faults.clocks import ClockFaults
from sso_testkit.faults.codes import CodeFaults
from sso_testkit.faults.endpoints import EndpointFaults
from sso_testkit.faults.events import PortalEvents
from sso_testkit.faults.id_tokens import IdTokenFaults


class Faults(CodeFaults, IdTokenFaults, EndpointFaults, ClockFaults, PortalEvents):
    """One method for each fault. It is turned on by the call, and off at the end of the test or of a ``with`` block;
    one that never fired fails the test unless it is ``optional=True``. With ``times=1`` only the first call is met."""
