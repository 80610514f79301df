"""Looking at a page as a person does, and explaining what was expected and is not there."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import webtest
from bs4.element import Tag

from sso_testkit.browser.labels import words_of
from sso_testkit.browser.navigation import Navigation

_LONGEST_EXCERPT = 300


class NotSeen(AssertionError):
    """The page shown is not what the test took it for; the message says what it is, and how the browser got there."""


class Looking(Navigation):
    """A tab as far as a person reads it."""

    @property
    def words(self) -> str:
        """What is written on the page, in one line, without its markup."""
        if self.page.content_type != "text/html":
            return " ".join(self.text.split())
        return words_of(self.page.html.find("body") or self.page.html)

    def see(self, text: str) -> None:
        """``text`` is written on the page; white space does not matter."""
        if " ".join(text.split()) not in self.words:
            raise self._unseen(f"{text!r} is not written on {self.url}")

    def see_not(self, text: str) -> None:
        """``text`` is not written on the page."""
        if " ".join(text.split()) in self.words:
            raise self._unseen(f"{text!r} is written on {self.url}")

    @property
    def is_sign_in_page(self) -> bool:
        """Whether the page asks for user name and password at the portal."""
        at_portal = self.url.startswith(self._browser.portal) or "/o/login" in urlsplit(self.url).path
        return at_portal and b'type="password"' in self.page.body

    def _unseen(self, what: str, instead: Sequence[str] = ()) -> NotSeen:
        """An explanation of what is not as expected; ``instead``: the names of the things that there are."""
        lines = [what, f"the page shown is {self._shown()}"]
        if self.is_sign_in_page:
            lines.append('nobody is signed in here: this is the sign-in page of the portal; try browser.sign_in("zp")')
        if instead:
            lines.append(f"there are: {', '.join(repr(name) for name in dict.fromkeys(instead) if name)}")
        lines += [f"it says: {self.words[:_LONGEST_EXCERPT]}", "hops:", *self.hops]
        story = self._browser.story()
        return NotSeen("\n".join([*lines, *([story] if story else [])]))

    def _shown(self) -> str:
        page: webtest.TestResponse = self.page
        heading = (page.html.find("h1") or page.html.find("title")) if page.content_type == "text/html" else None
        named = f" {words_of(heading)!r}" if isinstance(heading, Tag) else ""
        return f"{page.status}{named}"
