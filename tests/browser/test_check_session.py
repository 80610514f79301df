"""The script behind ``/o/check_session/`` in Chromium, asked by pages of other origins over https."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import webtest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL
from tests.support.session_frame import VECTORS

CLIENT, SITE, STATE, SALT, HASH = VECTORS[0]
QUESTION = f"{CLIENT} {HASH}.{SALT}"
# Not below the domain that the portal is in too: cookies are those of a third party there.
ELSEWHERE, HASH_ELSEWHERE = VECTORS[2][1], VECTORS[2][4]
QUESTION_ELSEWHERE = f"{CLIENT} {HASH_ELSEWHERE}.{SALT}"

_ASK = """async ([address, question]) => {
    const frame = document.createElement("iframe");
    const loaded = new Promise((done) => { frame.onload = done; });
    frame.src = address;
    document.body.append(frame);
    await loaded;
    const answered = new Promise((done) => {
        addEventListener("message", (event) => {
            if (event.source === frame.contentWindow) done(`${event.data} from ${event.origin}`);
        });
        setTimeout(() => done("no answer"), 1000);
    });
    frame.contentWindow.postMessage(question, "*");
    return answered;
}"""


_SANDBOXED = """async ([address, question]) => {
    const frames = [document.createElement("iframe"), document.createElement("iframe")];
    const loaded = new Promise((done) => { frames[0].onload = done; });
    frames[0].src = address;
    document.body.append(frames[0]);
    await loaded;
    const said = [];
    addEventListener("message", (event) => said.push(`${event.data} from ${event.origin}`));
    frames[1].sandbox = "allow-scripts";
    frames[1].srcdoc = `<script>
        addEventListener("message", (event) => parent.postMessage("heard " + event.data, "*"));
        parent.frames[0].postMessage(${JSON.stringify(question)}, "*");
        parent.postMessage("asked", "*");
    </script>`;
    document.body.append(frames[1]);
    await new Promise((done) => setTimeout(done, 1000));
    return said;
}"""


class Asking:
    """Pages that ask, and a browser that finds the portal's answers without any network."""

    def __init__(self, sso: SingleSignOn, context: BrowserContext) -> None:
        self._http = webtest.TestApp(sso.world)
        self._context = context
        self.faults: list[str] = []
        context.route("**/*", self._answer)

    def note(self, value: str, name: str = "__Host-sso_browser_state") -> None:
        """The cookie as the portal sets it."""
        flags: dict[str, Any] = {"path": "/", "secure": True, "sameSite": "None"}
        self._context.add_cookies([{"name": name, "value": value, "domain": "portal.example.test", **flags}])

    def page(self, address: str = SITE) -> Page:
        """Open the page that asks."""
        page = self._context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        page.goto(f"{address}/")
        return page

    def ask(self, question: Any = QUESTION, *, page: Page | None = None, portal: str = PORTAL) -> str:
        """What the frame says; it has said it as itself."""
        said = str((page or self.page()).evaluate(_ASK, [f"{portal}/o/check_session/", question]))
        assert self.faults == []
        return said.removesuffix(f" from {portal}")

    def _answer(self, route: Route) -> None:
        parts = urlsplit(route.request.url)
        if parts.netloc == "portal.example.test":
            answer = self._http.get(f"{PORTAL}{parts.path}")
            route.fulfill(status=answer.status_int, headers=dict(answer.headers), body=answer.body)
        else:
            page = '<!doctype html><link rel="icon" href="data:,"><body>'
            route.fulfill(status=200, content_type="text/html", body=page)


@pytest.fixture
def asking(sso: SingleSignOn, chromium: Browser) -> Iterator[Asking]:
    context = chromium.new_context()
    yield Asking(sso, context)
    context.close()


@pytest.mark.parametrize(
    ("noted", "expected"),
    [
        (STATE, "unchanged"),
        (f"{'x' * 22}.{STATE}", "unchanged"),
        (f"{STATE}.{'x' * 22}", "unchanged"),
        ("x" * 22, "changed"),
        (STATE.upper(), "changed"),
        ("", "changed"),
        (None, "changed"),
    ],
)
def test_what_the_browser_has_noted_is_compared(asking: Asking, noted: str | None, expected: str) -> None:
    if noted is not None:
        asking.note(noted)
    assert asking.ask() == expected


def test_a_page_in_another_domain_asks_too(sso: SingleSignOn, preferring: Callable[..., BrowserContext]) -> None:
    asking = Asking(sso, preferring({"cookie_controls_mode": 0, "block_third_party_cookies": False}))
    assert asking.ask(QUESTION_ELSEWHERE, page=asking.page(ELSEWHERE)) == "changed"
    asking.note(STATE)
    assert asking.ask(QUESTION_ELSEWHERE, page=asking.page(ELSEWHERE)) == "unchanged"


def test_another_cookie_of_a_similar_name_is_not_taken(asking: Asking) -> None:
    asking.note(STATE, "sso_browser_state")
    asking.note(STATE, "x__Host-sso_browser_state")
    assert asking.ask() == "changed"


def test_a_page_of_another_origin_learns_nothing(asking: Asking) -> None:
    asking.note(STATE)
    assert asking.ask(page=asking.page("https://evil.example.test")) == "changed"
    assert asking.ask(page=asking.page(f"{SITE}:8443")) == "changed"


@pytest.mark.parametrize(
    "question",
    [
        "",
        " ",
        CLIENT,
        f"{CLIENT}  {HASH}.{SALT}",
        f"{CLIENT} {HASH}.{SALT} ",
        f" {HASH}.{SALT}",
        f"{CLIENT} {HASH}",
        f"{CLIENT} {HASH}.{SALT}.x",
        f"{CLIENT} {HASH[1:]}.{SALT}",
        f"{'x' * 1000} {HASH}.{SALT}",
        "x" * 1_000_000,
        None,
        7,
        [QUESTION],
        {"toString": QUESTION},
    ],
    ids=lambda question: str(question)[:30],
)
def test_anything_else_is_an_error(asking: Asking, question: Any) -> None:
    asking.note(STATE)
    assert asking.ask(question) == "error"


def test_a_page_without_an_origin_is_not_answered(asking: Asking) -> None:
    asking.note(STATE)
    said = asking.page().evaluate(_SANDBOXED, [f"{PORTAL}/o/check_session/", QUESTION])
    assert said == ["asked from null"]
    assert asking.faults == []


def test_a_browser_that_cannot_hash_says_so(asking: Asking) -> None:
    # Over plain http pages have no crypto.subtle.
    site, portal = SITE.replace("https:", "http:"), PORTAL.replace("https:", "http:")
    assert asking.ask(page=asking.page(site), portal=portal) == "error"


@pytest.mark.parametrize("noted", [STATE, None])
def test_a_browser_that_hides_cookies_from_frames_says_so(
    sso: SingleSignOn, preferring: Callable[..., BrowserContext], noted: str | None
) -> None:
    asking = Asking(sso, preferring({"cookie_controls_mode": 1, "block_third_party_cookies": True}))
    if noted is not None:
        asking.note(noted)
    assert asking.ask(QUESTION_ELSEWHERE, page=asking.page(ELSEWHERE)) == "error"
