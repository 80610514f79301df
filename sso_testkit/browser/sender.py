"""What all tabs of a browser share: its cookies, its habits, and the way its requests go into the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

import webtest

from sso_flow.journal import PERSON, Journal
from sso_testkit.browser.fetch import MULTIPART, Fetch, Fields
from sso_testkit.browser.jar import CookieJar
from sso_testkit.browser.page import Wire
from sso_testkit.clock import Clock, MovableClock
from sso_testkit.world import World

_PORTAL = "https://portal.example.test"
_NO_KINDS: frozenset[str] = frozenset()


class _NoJar:
    """WebTest keeps no cookies: what is sent depends on who asks, which it does not know."""

    def add_cookie_header(self, request: Any) -> None:
        """They are in the headers already."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """They are in the browser's jar already."""


class Sender:
    """A browser without its windows."""

    def __init__(
        self,
        world: World,
        *,
        language: str = "en",
        redirect_limit: int = 20,
        clock: Clock | None = None,
        journal: Journal | None = None,
        portal: str = _PORTAL,
        passwords: Mapping[str, str] | None = None,
        story: Callable[[], str] | None = None,
    ) -> None:
        """A browser without cookies that asks for pages in ``language``. ``clock``: by which cookies expire;
        ``journal``: where its requests are written down, if not in
        the world's; ``passwords``: by user name, what people type at the
        ``portal``; ``story``: tells what has happened, for explanations."""
        self.language = language
        self.user_agent = "sso-testkit"
        self.address = "192.0.2.7"
        self.redirect_limit = redirect_limit
        self.block_third_party_cookies = False
        self.follow_form_posts = False
        self.load_frames = True
        self.tell_when_typed = False
        self.clock: Clock = clock or MovableClock()
        self.journal = journal or world.journal
        self.portal = portal
        self.passwords: Mapping[str, str] = passwords or {}
        self.story = story or str
        self.jar = CookieJar(self.clock)
        # Whoever goes on by WebTest's own calls goes on with this browser's cookies.
        self._app = Wire(world, cookiejar=self.jar)
        self._wire = Wire(world, cookiejar=_NoJar())

    @property
    def http(self) -> webtest.TestApp:
        """WebTest's own calls with this browser's cookies, for requests that no page would make: any method, header or
        body. They move no tab, follow nothing, and are not written into the journal."""
        return self._app

    def send(self, fetch: Fetch, tab: int = 0) -> webtest.TestResponse:
        """One request of a tab, redirects not followed, any status answered."""
        is_typed = fetch.initiator is None
        return self._send(fetch, {} if is_typed and not self.tell_when_typed else fetch.headers(), tab)

    def request(
        self,
        method: str,
        url: str,
        fields: Fields | None,
        telling: dict[str, str] | None = None,
    ) -> webtest.TestResponse:
        """One request with this browser's cookies, redirects not followed, any status answered. ``telling``: further
        headers."""
        return self._send(Fetch(method, url, fields), telling or {}, 0)

    def cookies(self) -> dict[str, str]:
        """Every cookie the browser has, by host and name."""
        return {f"{cookie.domain} {cookie.name}": cookie.value for cookie in self.jar}

    def forget(self, name: str) -> None:
        """Lose every cookie with this name."""
        for cookie in self.jar:
            if cookie.name == name:
                self.jar.clear(cookie.domain, cookie.path, cookie.name)

    def _send(self, fetch: Fetch, telling: dict[str, str], tab: int) -> webtest.TestResponse:
        blocked = self.block_third_party_cookies and fetch.is_third_party
        cookie = self.jar.header_for(fetch.url, _NO_KINDS if blocked else fetch.kinds_sent)
        habits = {"Accept-Language": self.language, "User-Agent": self.user_agent}
        headers = {**habits, **({"Cookie": cookie} if cookie else {}), **telling}
        response = self._recorded(fetch, headers, tab)
        self.jar.keep(fetch.url, response.headers.getall("Set-Cookie"), _NO_KINDS if blocked else fetch.kinds_kept)
        return response

    def _recorded(self, fetch: Fetch, headers: dict[str, str], tab: int) -> webtest.TestResponse:
        """Send it and write it down, also when nobody answers."""
        number, began = self.journal.next_number(), perf_counter()
        told: dict[str, Any] = {"status": 0}
        try:
            response = self._carry(fetch, headers)
            told = {
                "status": response.status_int,
                "response_headers": [(name, str(value)) for name, value in response.headerlist],
                "body": response.body,
            }
        except Exception as problem:
            told["body"] = f"{type(problem).__name__}: {problem}".encode()
            raise
        finally:
            self.journal.add(
                actor=PERSON,
                method=fetch.method,
                url=fetch.url,
                request_headers=headers,
                form=[(name, str(value)) for name, value in fetch.fields or []] if fetch.method == "POST" else [],
                seconds=perf_counter() - began,
                tab=tab,
                number=number,
                **told,
            )
        return response

    def _carry(self, fetch: Fetch, headers: dict[str, str]) -> webtest.TestResponse:
        told: dict[str, Any] = {"headers": headers, "extra_environ": {"REMOTE_ADDR": self.address}, "status": "*"}
        if fetch.method == "POST":
            kind = {"content_type": MULTIPART} if fetch.enctype == MULTIPART else {}
            response = self._wire.post(fetch.url, fetch.fields or [], **told, **kind)
        else:
            response = self._wire.get(fetch.url, fetch.fields or None, **told)
        response.test_app = self._app
        return response
