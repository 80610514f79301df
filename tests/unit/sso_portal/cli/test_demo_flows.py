"""The flows of the running demo: portal and sites together, in one page beside the portal."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from webtest import TestApp

from sso_flow.journal import PERSON, Hop
from sso_flow.live.browsers import COOKIE, browser_of
from sso_flow.live.pipe import PipeTeller
from sso_portal.cli.demo_flows import DemoFlows

PORTAL, SITE = "http://localhost:9000", "http://localhost:9001"
AUTHORIZE = f"{PORTAL}/o/authorize/?client_id=1"


def portal(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Shows a page wherever it is asked."""
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"<h1>Sign in</h1>"]


def test_what_a_site_tells_and_what_the_portal_sees_become_one_flow() -> None:
    flows = DemoFlows(PORTAL)
    pipe, page = flows.join("project-center", SITE, "Project Center", "项目中心")
    browser = TestApp(flows.around(portal))
    browser.get("/o/authorize/?client_id=1", headers={"Accept": "text/html"})
    hers = {"Cookie": f"{COOKIE}={browser.cookies[COOKIE]}"}
    headers = (("Location", AUTHORIZE),)
    sent = Hop(1, 0, PERSON, "GET", f"{SITE}/mine", {}, (), 303, headers, b"", 0.0)
    PipeTeller(pipe)(browser_of(browser.cookies[COOKIE]), sent)
    os.close(pipe)
    assert page == f"{PORTAL}/demo/flow?site=project-center"
    shown = TestApp(flows.around(portal)).get(page.removeprefix(PORTAL), headers=hers)
    assert [heading.get_text() for heading in shown.html.select("h2")] == ["1. Opens Project Center /mine"]
    assert "Sends the browser to the portal with a request" in shown.text
    assert "the page “Sign in”" in shown.text
    assert shown.html.a.get_text() == "Back to Project Center"


def test_the_portal_answers_as_ever() -> None:
    answer = TestApp(DemoFlows(PORTAL).around(portal)).get("/account/devices", headers={"Accept": "text/html"})
    assert answer.body == b"<h1>Sign in</h1>"
    assert COOKIE not in answer.test_app.cookies
