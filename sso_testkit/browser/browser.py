"""A person's browser on WebTest: absolute addresses, one cookie jar for all hosts, redirects across them, tabs."""

from __future__ import annotations

from typing import Any

from sso_testkit.browser.sender import Sender
from sso_testkit.browser.tab import Tab
from sso_testkit.world import World


class Browser(Tab, Sender):
    """A browser is its first tab; :meth:`new_tab` opens more with the same cookies.

    ``language``, ``user_agent`` and ``address`` (where its requests come from) may be set; and so may the habits
    ``block_third_party_cookies`` (off), ``follow_form_posts`` (off: a page with a form that a script would send stays,
    until :meth:`wait`), ``load_frames`` (on; what was in them is in ``frames``) and ``tell_when_typed`` (off: addresses
    that are opened come without Fetch Metadata, as the clock stands still meanwhile and the portal would take a test
    that opens many for a circle of redirects; links, forms and frames always tell).
    """

    def __init__(self, world: World, **settings: Any) -> None:
        """A browser without cookies in ``world``; ``settings`` as of :class:`Sender`."""
        Sender.__init__(self, world, **settings)
        Tab.__init__(self, self)
        self._tabs: list[Tab] = [self]

    def new_tab(self) -> Tab:
        """Another tab of the same browser."""
        self._tabs.append(Tab(self, len(self._tabs)))
        return self._tabs[-1]

    def close(self) -> None:
        """Close the browser and start it again: tabs are empty, and of the cookies only those with an end are left."""
        for tab in self._tabs:
            tab.empty()
        del self._tabs[1:]
        self.jar.clear_session_cookies()
