"""What people call a browser and its system, as the browser's ``User-Agent`` has them: no proof of anything."""

from __future__ import annotations

_LONGEST = 40
_ADDITIONS = ("Mobile WebView", "Mobile iOS", "Mobile", "iOS", "WebView")
"""What the library adds to the name of a browser that people know by the rest of it."""

_APPS = (
    # In this order: the one for companies says that it is the other one, too.
    ("wxwork/", "WeCom"),
    ("MicroMessenger/", "WeChat"),
    ("DingTalk/", "DingTalk"),
    ("Lark/", "Lark"),
    ("AlipayClient/", "Alipay"),
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


def browser_name(user_agent: str) -> str:
    """``Firefox``; empty when it is not known."""
    for sign, name in _APPS:
        if sign in user_agent:
            return name
    # Here, because it costs some megabytes, and most processes never ask.
    from ua_parser import parse_user_agent

    found = parse_user_agent(user_agent)
    return _plain(found.family) if found is not None else ""


def system_name(user_agent: str) -> str:
    """``Windows``; empty when it is not known."""
    for name in _APPLE:
        if name in user_agent:
            return name
    if any(name in user_agent for name in _HARMONY):
        return "HarmonyOS"
    from ua_parser import parse_os

    found = parse_os(user_agent)
    return _printable(_SYSTEMS.get(found.family, found.family)) if found is not None else ""


def _plain(family: str) -> str:
    """A browser without what the library adds: ``Chrome Mobile iOS`` is Chrome, ``Mobile Safari`` is Safari."""
    family = _BROWSERS.get(family, family)
    for addition in _ADDITIONS:
        family = family.removesuffix(f" {addition}")
    return _printable(family.removeprefix("Mobile "))


def _printable(name: str) -> str:
    """A name that can be shown: some of the library's are pieces of what the browser sent."""
    return "".join(letter for letter in name if letter.isprintable())[:_LONGEST]
