"""A person with a browser.

Owns: cookies by the browsers' rules, what requests tell, redirects, history, frames, forms by their labels, steps.
Never: runs a script, knows how the portal works inside, or opens a socket.
Asked by: ``sso.browser()``, tests.
"""

from sso_testkit.browser.browser import Browser
from sso_testkit.browser.cookies import Cookie
from sso_testkit.browser.jar import CookieJar
from sso_testkit.browser.looking import NotSeen
from sso_testkit.browser.navigation import TooManyRedirects
from sso_testkit.browser.tab import Tab

__all__ = ["Browser", "Cookie", "CookieJar", "NotSeen", "Tab", "TooManyRedirects"]
