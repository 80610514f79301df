"""What people call a device: its browser and its system, in their language."""

from __future__ import annotations

from typing import Any

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request

from sso_portal.base.browsers import browser_name, system_name
from sso_portal.web.pages import say

_ = TranslationStringFactory("sso_portal")

_TRANSLATED: dict[str, Any] = {
    "WeCom": _("WeCom"),
    "WeChat": _("WeChat"),
    "DingTalk": _("DingTalk"),
    "Lark": _("Lark"),
    "Alipay": _("Alipay"),
}
"""Browsers whose names are other ones in other languages."""


def device_name(request: Request, user_agent: str) -> str:
    """``Firefox on Windows``, in the person's language; it is what the browser has said, and no proof of anything."""
    browser, system = browser_name(user_agent), system_name(user_agent)
    if browser in _TRANSLATED:
        browser = say(request, _TRANSLATED[browser])
    if browser and system:
        return say(request, _("${browser} on ${system}"), browser=browser, system=system)
    if system:
        return say(request, _("Unknown browser on ${system}"), system=system)
    return browser or say(request, _("Unknown browser"))
