"""A site of the running demo tells what it answers and asks, so that its people can see the whole flow as a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pyramid.router import Router

from sso_client.backchannel import HttpFactory
from sso_flow.live.application import RecordedApplication
from sso_flow.live.browsers import COOKIE
from sso_flow.live.calls import RecordedCalls
from sso_flow.live.pipe import PipeTeller

PIPE, PAGE = "demo.flow_pipe", "demo.flow_url"
"""Settings of the demo: the number of the pipe to tell through, and the address of the page that draws the flow."""


def recorded(make_app: Callable[..., Router], settings: Mapping[str, str]) -> Any:
    """The site's application; recorded, when the settings name a pipe."""
    if PIPE not in settings:
        return make_app(settings)
    address, tell = settings["sso.site_url"], PipeTeller(int(settings[PIPE]))
    calls: HttpFactory = RecordedCalls(address)
    return RecordedApplication(make_app(settings, http=calls), address, tell, portal=settings["sso.issuer"])


def flow_url(request: Any) -> str:
    """Where this browser's flow is drawn, in the language of the page; empty when nothing is recorded of it."""
    page = request.registry.settings.get(PAGE, "")
    return f"{page}&lang={request.locale_name}" if page and COOKIE in request.sso.cookies else ""
