"""The whole world in one process: portal, sites, and a person with a browser.

Owns: the dispatcher by host name, the WebTest browser, the back channel without sockets, the clock that can be moved.
Never: reaches into the portal; it uses the public app factories and what they show.
Asked by: tests of the portal, of the kit and of relying sites.
"""

from sso_testkit.browser import Browser, Tab
from sso_testkit.clock import MovableClock
from sso_testkit.sso import SingleSignOn
from sso_testkit.world import World

__all__ = ["Browser", "MovableClock", "SingleSignOn", "Tab", "World"]
