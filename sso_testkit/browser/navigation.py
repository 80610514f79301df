"""Where a tab is and how it gets on: addresses, links, forms, redirects, history."""

from __future__ import annotations

from urllib.parse import urlencode, urljoin, urlsplit

import webtest
from webtest.forms import Form

from sso_testkit.browser.fetch import Fetch
from sso_testkit.browser.frames import Frame, load_frames
from sso_testkit.browser.referrer import policy_of
from sso_testkit.browser.self_acting import refresh_of, self_submitting_form
from sso_testkit.browser.sender import Sender
from sso_testkit.clock import MovableClock

_REDIRECTS = {301, 302, 303, 307, 308}


class TooManyRedirects(AssertionError):
    """The sites send the person round in a circle; the message shows the way she went."""


class Navigation:
    """A tab as far as it shows a page and goes to the next."""

    def __init__(self, browser: Sender, number: int = 0) -> None:
        """An empty tab of ``browser``; its requests are written down with its ``number``."""
        self._browser = browser
        self._number = number
        self.empty()

    def empty(self) -> None:
        """Show nothing, and forget where the tab has been."""
        self.response: webtest.TestResponse | None = None
        self.hops: list[str] = []
        self.frames: list[Frame] = []
        self._history: list[str] = []
        self._position = -1
        self._is_posted = False

    @property
    def page(self) -> webtest.TestResponse:
        """What the tab shows, with WebTest's whole interface."""
        if self.response is None:
            raise AssertionError("this tab has not opened anything yet")
        return self.response

    @property
    def url(self) -> str:
        """The address of the page shown."""
        return str(self.page.request.url)

    @property
    def text(self) -> str:
        """The page's source."""
        return str(self.page.text)

    def open(self, url: str) -> webtest.TestResponse:
        """Type an address, or one below the page shown, and follow where it leads."""
        return self._go(Fetch("GET", urljoin(self.url, url) if self.response is not None else url))

    def submit(self, form: Form, name: str | None = None, value: str | None = None) -> webtest.TestResponse:
        """Submit a form, by the button ``name`` with ``value`` if there are several."""
        return self._submit(form, name, value)

    def back(self) -> webtest.TestResponse:
        """The back button: the page before is fetched anew, as browsers do with pages that must not be stored."""
        # What came as the answer to a form has no place of its own: before it was the page with the form.
        target = self._position - (0 if self._is_posted else 1)
        if target < 0:
            raise AssertionError("there is no page to go back to")
        return self._revisit(target)

    def forward(self) -> webtest.TestResponse:
        """The forward button: undoes :meth:`back`."""
        if self._position + 1 >= len(self._history):
            raise AssertionError("there is no page to go forward to")
        return self._revisit(self._position + 1)

    def reload(self) -> webtest.TestResponse:
        """Fetch the page shown again; after a form was sent, the last page that was not its answer."""
        if self._position < 0:
            raise AssertionError("there is no page to load again")
        return self._revisit(self._position)

    def wait(self) -> webtest.TestResponse:
        """Wait until the page goes on by itself: by a form that it sends, or a Refresh, for which the world's clock is
        moved; a real clock is not waited for."""
        form = self_submitting_form(self.page)
        if form is not None:
            return self._go(self._fetch_of_form(form, None, None, by_person=False))
        refresh = refresh_of(self.page)
        if refresh is None:
            raise AssertionError(f"the page at {self.url} does not go on by itself")
        if isinstance(self._browser.clock, MovableClock):
            self._browser.clock.advance(refresh[0])
        return self._go(self._asked_by_page("GET", urljoin(self.url, refresh[1] or self.url), by_person=False))

    def _follow_link(self, href: str, *, tells_referrer: bool = True) -> webtest.TestResponse:
        fetch = self._asked_by_page("GET", urljoin(self.url, href), policy="" if tells_referrer else "no-referrer")
        return self._go(fetch)

    def _submit(
        self, form: Form, name: str | None, value: str | None, action: str = "", method: str = ""
    ) -> webtest.TestResponse:
        return self._go(self._fetch_of_form(form, name, value, action=action, method=method))

    def _asked_by_page(self, method: str, url: str, *, policy: str = "", by_person: bool = True) -> Fetch:
        told = policy or policy_of(self.page.headers.get("Referrer-Policy", ""))
        return Fetch(method, url, initiator=self.url, policy=told, by_person=by_person)

    def _fetch_of_form(
        self,
        form: Form,
        name: str | None,
        value: str | None,
        *,
        action: str = "",
        method: str = "",
        by_person: bool = True,
    ) -> Fetch:
        url = urljoin(self.url, action or form.action or self.url)
        fields = form.submit_fields(name, submit_value=value) if name else form.submit_fields()
        fetch = self._asked_by_page((method or form.method).upper(), url, by_person=by_person)
        if fetch.method == "POST":
            return Fetch(**{**vars(fetch), "fields": fields, "enctype": form.enctype.lower()})
        # A form that is got replaces the query of its address (HTML, section 4.10.21.3).
        query = urlencode([(key, str(entry)) for key, entry in fields])
        return Fetch(**{**vars(fetch), "method": "GET", "url": urlsplit(url)._replace(query=query).geturl()})

    def _revisit(self, position: int) -> webtest.TestResponse:
        return self._go(Fetch("GET", self._history[position]), position)

    def _go(self, fetch: Fetch, position: int | None = None) -> webtest.TestResponse:
        """Follow a request to where it ends, and show that. ``position``: of the history entry that it is for."""
        self.hops = []
        fetch = self._load(fetch)
        while self._browser.follow_form_posts:
            form = self_submitting_form(self.page)
            if form is None:
                break
            fetch = self._load(self._fetch_of_form(form, None, None, by_person=False))
        self._remember(fetch, position)
        self.frames = []
        if self._browser.load_frames:
            self.frames = load_frames(self._browser, self.page, self._number)
        return self.page

    def _load(self, fetch: Fetch) -> Fetch:
        """Follow redirects; answers the request that the page shown has answered."""
        while True:
            self.hops.append(f"{fetch.method} {fetch.url}")
            if len(self.hops) > self._browser.redirect_limit:
                raise TooManyRedirects("\n".join(["redirected in circles:", *self.hops]))
            response = self._browser.send(fetch, self._number)
            if response.status_int not in _REDIRECTS:
                self.response = response
                return fetch
            fetch = fetch.redirected(response.status_int, response.headers["Location"])

    def _remember(self, fetch: Fetch, position: int | None) -> None:
        self._is_posted = fetch.method != "GET"
        if position is not None:
            self._position, self._history[position] = position, fetch.url
        elif not self._is_posted:
            self._history[self._position + 1 :] = [fetch.url]
            self._position += 1
