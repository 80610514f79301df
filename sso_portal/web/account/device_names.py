"""What people call a device: its browser and its system, as the browser's ``User-Agent`` has them."""

from __future__ import annotations

from typing import Any

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request

from sso_portal.web.pages import say

_ = TranslationStringFactory("sso_portal")

_LONGEST = 40
_ADDITIONS = ("Mobile WebView", "Mobile iOS", "Mobile", "iOS", "WebView")
"""What the library adds to the name of a browser that people know by the rest of it."""

_APPS: tuple[tuple[str, Any], ...] = (
    # In this order: the one for companies says that it is the other one, too.
    ("wxwork/", _("WeCom")),
    ("MicroMessenger/", _("WeChat")),
    ("DingTalk/", _("DingTalk")),
    ("Lark/", _("Lark")),
    ("AlipayClient/", _("Alipay")),
)
"""Apps that show pages in a browser of the system's."""

_BROWSERS = {
    "Mobile Safari UI/WKWebView": "Safari",
    "Edge Mobile": "Edge",
    "IE": "Internet Explorer",
    "MiuiBrowser": "Mi Browser",
    "HeadlessChrome": "Chrome",
}
_SYSTEMS = {"Mac OS X": "macOS", "Chrome OS": "ChromeOS"}
_APPLE = ("iPad", "iPod", "iPhone")
_HARMONY = ("OpenHarmony", "HarmonyOS")


def device_name(request: Request, user_agent: str) -> str:
    """``Firefox on Windows``, in the person's language; it is what the browser has said, and no proof of anything."""
    browser, system = _browser(request, user_agent), _system(user_agent)
    if browser and system:
        return say(request, _("${browser} on ${system}"), browser=browser, system=system)
    if system:
        return say(request, _("Unknown browser on ${system}"), system=system)
    return browser or say(request, _("Unknown browser"))


def _browser(request: Request, user_agent: str) -> str:
    for sign, name in _APPS:
        if sign in user_agent:
            return say(request, name)
    # Here, because it costs some megabytes, and most processes never show this page.
    from ua_parser import parse_user_agent

    found = parse_user_agent(user_agent)
    return _plain(found.family) if found is not None else ""


def _plain(family: str) -> str:
    """A browser without what the library adds: ``Chrome Mobile iOS`` is Chrome, ``Mobile Safari`` is Safari."""
    family = _BROWSERS.get(family, family)
    for addition in _ADDITIONS:
        family = family.removesuffix(f" {addition}")
    return _printable(family.removeprefix("Mobile "))


def _system(user_agent: str) -> str:
    for name in _APPLE:
        if name in user_agent:
            return name
    if any(name in user_agent for name in _HARMONY):
        return "HarmonyOS"
    from ua_parser import parse_os

    found = parse_os(user_agent)
    return _printable(_SYSTEMS.get(found.family, found.family)) if found is not None else ""


def _printable(name: str) -> str:
    """A name that a page can show: some of the library's are pieces of what the browser sent."""
    return "".join(letter for letter in name if letter.isprintable())[:_LONGEST]
