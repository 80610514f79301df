"""All switches of one world: turned on, restored, and asked whether they have fired."""

from __future__ import annotations

from collections.abc import Callable
from typing import Unpack

import requests

from sso_testkit.faults.fault import Fault, FaultNeverFired, How
from sso_testkit.faults.portal_addresses import PortalAddresses
from sso_testkit.faults.surroundings import Surroundings
from sso_testkit.interceptors import CallNext, Interceptor

Where = Callable[[requests.PreparedRequest], bool]
"""Which calls are meant."""

Changed = Callable[[requests.Response], requests.Response | None]
"""What becomes of such a call's answer; ``None`` when there is nothing in it to change."""


class Switchboard:
    """What all families of switches stand on."""

    def __init__(self, surroundings: Surroundings) -> None:
        """No switch is on."""
        self._surroundings = surroundings
        self._addresses = PortalAddresses(surroundings)
        self._faults: list[Fault] = []

    @property
    def on(self) -> list[Fault]:
        """The switches that are on."""
        return [fault for fault in self._faults if fault.is_on]

    def restore(self) -> None:
        """Turn every switch off, the last one first."""
        for fault in reversed(self.on):
            fault.restore()

    def check(self) -> None:
        """Raises :class:`FaultNeverFired` for switches that were turned on and met nothing, unless they are optional.
        Each is told of once."""
        silent = [fault for fault in self._faults if fault.complaint]
        complaints = [fault.complaint for fault in silent]
        for fault in silent:
            fault.optional = True  # from now on
        if complaints:
            raise FaultNeverFired("\n".join(["a fault switch never fired:", *complaints]))

    def _breaks(self, name: str, where: Where, broken: Interceptor, **how: Unpack[How]) -> Fault:
        """A switch that breaks calls on their way."""
        fault = self._added(name, **how)

        def interceptor(request: requests.PreparedRequest, call_next: CallNext) -> requests.Response:
            return broken(request, call_next) if where(request) and fault.fires() else call_next(request)

        return self._stands(fault, interceptor)

    def _changes(self, fault: Fault, where: Where, changed: Changed) -> Fault:
        """Let a switch change what calls are answered with."""

        def interceptor(request: requests.PreparedRequest, call_next: CallNext) -> requests.Response:
            answer = call_next(request)
            other = changed(answer) if where(request) else None
            return other if other is not None and fault.fires() else answer

        return self._stands(fault, interceptor)

    def _stands(self, fault: Fault, interceptor: Interceptor) -> Fault:
        interceptors = self._surroundings.world.interceptors
        fault.undo = lambda: interceptors.remove(interceptor)
        interceptors.append(interceptor)
        return fault

    def _happened(self, name: str, missing: str = "", **how: Unpack[How]) -> Fault:
        """A switch for what has happened just now, or could not because something was ``missing``."""
        fault = self._added(name, **how)
        fault.missing = missing
        if not missing:
            fault.fires()
        return fault

    def _added(self, name: str, **how: Unpack[How]) -> Fault:
        fault = Fault(name, **how)
        self._faults.append(fault)
        return fault
