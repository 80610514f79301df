"""The frames of a page: loaded as the page's own, and with the cookies of a third party when they are one."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import webtest

from sso_testkit.browser.fetch import Fetch
from sso_testkit.browser.referrer import policy_of
from sso_testkit.browser.sender import Sender
from sso_testkit.world import UnknownHost

_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True)
class Frame:
    """One frame: the address it has got to, what is in it, and why there is nothing, if so."""

    url: str
    response: webtest.TestResponse | None
    problem: str = ""


def load_frames(browser: Sender, page: webtest.TestResponse, tab: int) -> list[Frame]:
    """Load every ``iframe`` of a page, not those within; what is wrong in a frame leaves the page as it is."""
    if page.content_type != "text/html" or b"<iframe" not in page.body.lower():
        return []
    base = str(page.request.url)
    addresses = [urljoin(base, str(frame["src"])) for frame in page.html.find_all("iframe", src=True)]
    policy = policy_of(page.headers.get("Referrer-Policy", ""))
    return [
        _load(browser, Fetch("GET", address, initiator=base, top=base, policy=policy, by_person=False), tab)
        for address in addresses
        if urlsplit(address).scheme in {"http", "https"}
    ]


def _load(browser: Sender, fetch: Fetch, tab: int) -> Frame:
    while len(fetch.chain) < browser.redirect_limit:
        try:
            response = browser.send(fetch, tab)
        except UnknownHost as problem:
            return Frame(fetch.url, None, str(problem))
        if response.status_int not in _REDIRECTS or "Location" not in response.headers:
            return Frame(fetch.url, response)
        fetch = fetch.redirected(response.status_int, response.headers["Location"])
    return Frame(fetch.url, None, "\n".join(["redirected in circles:", *fetch.chain]))
