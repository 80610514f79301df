"""An authorization request, opened in a browser, and what a test expects to come of it (RFC 6749 section 4.1.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit

from sso_flow.headings import heading_in
from sso_flow.values import shown, shown_address
from sso_testkit.browser import Tab
from sso_testkit.relying_party.arrival import is_back
from sso_testkit.relying_party.surroundings import Surroundings
from sso_testkit.story import NotAsExpected, story_of


class AuthorizationRequest:
    """One request. Without :meth:`open` an expectation opens it in a new browser, in which nobody is signed in.

    Expectations look at what the browser shows now: a person may sign in and agree between two of them.
    """

    def __init__(
        self, sso: Surroundings, url: str, redirect_uri: str, answer: Callable[[Tab], Mapping[str, str]]
    ) -> None:
        """``url`` as a browser is sent there; ``answer`` reads what has arrived at ``redirect_uri``."""
        self.url = url
        self._sso = sso
        self._redirect_uri = redirect_uri
        self._answer = answer
        self._tab: Tab | None = None
        self._is_new_browser = False

    def open(self, browser: Tab) -> AuthorizationRequest:
        """Send somebody's browser, or one tab of it, to the portal with this request."""
        self._tab, self._is_new_browser = browser, False
        browser.open(self.url)
        return self

    def expect_code(self) -> str:
        """The code with which the person comes back; ``state`` and ``iss`` are those they have to be (RFC 9207)."""
        answer = self._arrived("an authorization code")
        if "code" not in answer:
            raise self._surprise("an authorization code", f"the site is told {_told(answer)}")
        sent = dict(parse_qsl(urlsplit(self.url).query))
        if "state" in sent and answer.get("state") != sent["state"]:
            raise self._surprise(f"the state {sent['state']!r}", f"it is {answer.get('state')!r}")
        if answer.get("iss") != self._sso.portal.issuer:
            raise self._surprise(f"the issuer {self._sso.portal.issuer!r}", f"it is {answer.get('iss')!r}")
        return answer["code"]

    def expect_error(self, error: str) -> Mapping[str, str]:
        """The parameters with which the portal tells the site this ``error``, ``login_required`` for example (RFC 6749
        section 4.1.2.1, OpenID Connect Core 1.0 section 3.1.2.6)."""
        answer = self._arrived(f"the error {error!r}")
        if answer.get("error") != error:
            raise self._surprise(f"the error {error!r}", f"the site is told {_told(answer)}")
        if "code" in answer:
            raise self._surprise(f"the error {error!r} and no code", "there is a code beside it")
        return answer

    def expect_page(self, text: str) -> AuthorizationRequest:
        """The person stays at the portal and sees a page with ``text`` on it: a form, or why nothing comes of it."""
        tab = self._opened()
        if is_back(tab, self._redirect_uri):
            raise self._surprise(f"a page with {text!r}", f"the site is told {_told(self._answer(tab))}")
        words = " ".join(tab.page.html.get_text(" ").split())
        if text not in words:
            raise self._surprise(f"a page with {text!r}", f"the person sees {_shown(tab)}")
        return self

    @property
    def answer(self) -> Mapping[str, str]:
        """Whatever the site is told, in any response mode."""
        return self._arrived("an answer to the site")

    def _arrived(self, expected: str) -> Mapping[str, str]:
        tab = self._opened()
        if not is_back(tab, self._redirect_uri):
            raise self._surprise(expected, f"the person sees {_shown(tab)}{self._advice(tab)}")
        return self._answer(tab)

    def _opened(self) -> Tab:
        if self._tab is None:
            self.open(self._sso.browser())
            self._is_new_browser = True
        assert self._tab is not None
        return self._tab

    def _advice(self, tab: Tab) -> str:
        if "/login/" not in urlsplit(tab.url).path:
            return ""
        if self._is_new_browser:
            return "; nobody is signed in there: it is a new browser, .open(browser) takes one of the test's"
        return '; has the test forgotten to sign in? browser.sign_in("zp", …)'

    def _surprise(self, expected: str, instead: str) -> NotAsExpected:
        story = story_of(self._sso.journal, self._sso.portal)
        return NotAsExpected(f"expected {expected}, but {instead}", story)


def _shown(tab: Tab) -> str:
    what = f"the page {heading_in(tab.text)!r}" if tab.page.content_type == "text/html" else tab.page.content_type
    return f"{what} ({tab.page.status_int}) at {shown_address(tab.url)}"


def _told(answer: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={shown(name, value)}" for name, value in answer.items()) or "nothing"
