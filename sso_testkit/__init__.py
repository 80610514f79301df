"""The whole world in one process: portal, sites, and a person with a browser.

Owns: the dispatcher by host name, the WebTest browser, the back channel without sockets, the clock that can be moved.
Never: reaches into the portal; it uses the public app factories and what they show.
Asked by: tests of the portal, of the kit and of relying sites.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sso_testkit.browser import Browser, Tab
    from sso_testkit.clock import MovableClock
    from sso_testkit.sso import SingleSignOn
    from sso_testkit.world import World

__all__ = ["Browser", "MovableClock", "SingleSignOn", "Tab", "World"]


def __getattr__(name: str) -> Any:
    # When it is asked for: pytest loads the plugin beside this into every test run, also into those without a portal.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sso_testkit import browser, clock, sso, world

    return next(getattr(home, name) for home in (browser, clock, sso, world) if hasattr(home, name))
