"""Flows that can be walked again and again: ``flow(browser, sso)``, as a test's function is written."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

Flow = Callable[[Any, Any], Any]

_PERSON, _PASSWORD = "zp", "penadmin"
"""The demo's person, whom every world of the load mode knows."""


def one_sign_in(browser: Any, sso: Any) -> None:
    """Somebody opens a page of the project center, signs in at the portal and is back on her page."""
    page = sso.sites["project-center"].url("/mine")
    browser.open(page)
    browser.sign_in(_PERSON, _PASSWORD)
    _expect(browser, page)


def two_sites(browser: Any, sso: Any) -> None:
    """The same, and the talent center then lets her in without a page."""
    one_sign_in(browser, sso)
    page = sso.sites["talent-center"].url("/mine")
    browser.open(page)
    _expect(browser, page)


def _expect(browser: Any, page: str) -> None:
    shown, status = browser.url, browser.page.status_int
    assert (shown, status) == (page, 200), f"she should see {page} and sees {shown.partition('?')[0]} ({status})"


FLOWS: Mapping[str, Flow] = {"one-sign-in": one_sign_in, "two-sites": two_sites}
"""The flows that come with the kit."""


def find_flow(name: str) -> Flow:
    """A flow of the kit by its name, or anybody's as ``module:function``. Raises ValueError."""
    if name in FLOWS:
        return FLOWS[name]
    if ":" not in name:
        raise ValueError(f"there is no flow {name!r}; there are {', '.join(FLOWS)}, and module:function")
    return find_function(name)


def find_function(name: str) -> Callable[..., Any]:
    """What ``module:function`` means. Raises ValueError."""
    module, _, function = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"{name!r} cannot be found: {error}") from error
    if not callable(found):
        raise ValueError(f"{name!r} is not a function")
    return found  # type: ignore[no-any-return]
