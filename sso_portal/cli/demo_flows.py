"""The flows of the running demo: what portal and sites see of each browser, drawn at one door beside the portal."""

from __future__ import annotations

from collections.abc import Iterable

from sso_flow.journal import Hop
from sso_flow.live.application import Application, RecordedApplication
from sso_flow.live.door import PATH, FlowDoor, Place
from sso_flow.live.flows import Flows
from sso_flow.live.pipe import PipeListener
from sso_flow.words import PORTAL, Words


class DemoFlows:
    """Keeps the flows in the portal's process; the sites tell of theirs through pipes. Nothing is written to a disk."""

    def __init__(self, portal: str) -> None:
        """``portal``: where people find it."""
        self._portal = portal
        self._flows = Flows()
        self._listener = PipeListener(self._flows.tell)
        self._places = {"": Place(portal, PORTAL)}

    def join(self, client_id: str, address: str, name: str, chinese_name: str) -> tuple[int, str]:
        """Let a site take part. Answers the pipe that it tells its part through, to be closed here once its process has
        it, and the address of the page that draws the flow for people who come from there."""
        self._places[client_id] = Place(address, Words(name, chinese_name))
        return self._listener.open(), f"{self._portal}{PATH}?site={client_id}"

    def around(self, application: Application) -> Application:
        """The portal's application, recorded, with the page beside it."""
        self._listener.start()
        recorded = RecordedApplication(application, self._portal, self._flows.tell, portal=self._portal)
        return FlowDoor(recorded, self._flow_of, self._places)

    def _flow_of(self, browser: str) -> Iterable[Hop]:
        self._listener.hear()
        return self._flows.of(browser)
