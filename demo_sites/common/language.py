"""Which language a page is written in: the person's own choice first, then what the browser asks for.

The choice is a cookie. Cookies do not know ports, and in the demo all sites share the host name localhost,
so the name of the cookie starts with the name of the site.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from urllib.parse import urlencode

from pyramid.registry import Registry
from pyramid.request import Request
from pyramid.response import Response

Handler = Callable[[Request], Response]

LANGUAGES: Mapping[str, str] = {"en": "English", "zh_CN": "中文"}
HTML_LANGUAGES: Mapping[str, str] = {"en": "en", "zh_CN": "zh-CN"}
ONE_YEAR = 365 * 24 * 3600
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def cookie_name(site: str) -> str:
    """The name of the cookie that keeps the language chosen on this site."""
    return f"{site}_language"


def choose_locale(request: Request) -> str:
    """Pyramid's locale negotiator: cookie, then Accept-Language (RFC 9110, section 12.5.4), then English."""
    chosen = request.cookies.get(cookie_name(request.registry.settings["demo.site"]))
    if chosen in LANGUAGES:
        return str(chosen)
    # Who asks for another kind of Chinese (zh-TW, zh-Hans) reads ours more easily than English.
    offers = {"en": "en", "zh-CN": "zh_CN", "zh": "zh_CN", "zh-Hans": "zh_CN", "zh-TW": "zh_CN", "zh-HK": "zh_CN"}
    best = request.accept_language.lookup(list(offers), default="en") if request.accept_language else "en"
    return offers.get(best, "en")


def switch_tween(handler: Handler, registry: Registry) -> Handler:
    """Answers ``?lang=en`` on any page: remembers the choice and sends the browser back to the same page without it."""

    def answer(request: Request) -> Response:
        if not is_text(request):
            # An address that is not UTF-8 leads nowhere; it gets the same page as any other address that does.
            request.environ.update(PATH_INFO="/not-text", QUERY_STRING="")
        wanted = request.GET.get("lang")
        if request.method not in ("GET", "HEAD") or wanted not in LANGUAGES:
            return handler(request)
        response = Response(status=303, location=page_url(request))
        name, secure = cookie_name(request.registry.settings["demo.site"]), request.scheme == "https"
        response.set_cookie(name, wanted, max_age=ONE_YEAR, httponly=True, samesite="Lax", secure=secure)
        return response

    return answer


def is_text(request: Request) -> bool:
    """Whether path and query are UTF-8, as all addresses of the site are."""
    try:
        return isinstance(request.path_info, str) and len(request.GET) >= 0
    except UnicodeDecodeError:
        return False


def page_url(request: Request, *without: str, **more: str) -> str:
    """The local path of this page with its query, without ``lang`` and the names given, and with ``more`` added.

    Leading slashes are folded into one: ``//elsewhere.example`` would be an address of another host (RFC 3986, 4.2).
    """
    query = [(name, value) for name, value in request.GET.items() if name not in {"lang", *without, *more}]
    query += list(more.items())
    path = "/" + str(request.path).lstrip("/")
    return f"{path}?{urlencode(query)}" if query else path


def say_date(day: date, locale: str) -> str:
    """A day as people write it: ``28 Nov 2026`` or ``2026年11月28日``."""
    if locale == "zh_CN":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
