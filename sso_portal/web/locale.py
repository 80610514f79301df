"""Which language a person reads: what the site asked for, then her own choice, then her browser's."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

from pyramid.config import Configurator
from pyramid.request import Request

from sso_portal.base.forms import TooManyFields, parse_form
from sso_portal.web.cookies import preference_cookie
from sso_portal.web.hints import hints

LOCALES = {"zh_CN": "中文", "en": "English"}
"""The languages there are, each with its own name for itself."""

_DEFAULT = "en"


def includeme(config: Configurator) -> None:
    """Teach Pyramid the order of preference and where the catalogues are."""
    config.add_translation_dirs("sso_portal:locale")
    config.set_locale_negotiator(negotiate)


def negotiate(request: Request) -> str:
    """``ui_locales`` (OpenID Connect Core, section 3.1.2.1), then the person's choice, then ``Accept-Language``.

    A choice made on a page that a site had asked to be in another language wins over just that wish.
    """
    wished = ui_locales(request)
    choice, over = read_choice(preference_cookie(request, "locale"))
    if choice is not None and over == wished:
        return str(choice)
    for tag in wished.split():
        locale = best_locale(tag)
        if locale is not None:
            return locale
    return choice or _from_browser(request)


def best_locale(tag: str) -> str | None:
    """The language of ours that serves a BCP 47 tag, if any."""
    language = tag.replace("_", "-").partition("-")[0].lower()
    return {"zh": "zh_CN", "en": "en"}.get(language)


def _from_browser(request: Request) -> str:
    best, best_weight = _DEFAULT, 0.0
    for part in str(request.environ.get("HTTP_ACCEPT_LANGUAGE", ""))[:500].split(","):
        tag, _, parameters = part.strip().partition(";")
        locale, weight = best_locale(tag), _weight(parameters)
        if locale is not None and weight > best_weight:
            best, best_weight = locale, weight
    return best


def _weight(parameters: str) -> float:
    _, _, number = parameters.partition("q=")
    try:
        return float(number) if number else 1.0
    except ValueError:
        return 0.0


def ui_locales(request: Request) -> str:
    """The ``ui_locales`` of this request, or of the authorization request that it carries in ``next``."""
    try:
        direct = hints(request, request.query_form)
        # A site may ask by POST too (OpenID Connect RP-Initiated Logout 1.0, section 2).
        posted = request.body_form.values if request.method == "POST" else {}
        for place in (direct, posted):
            if "ui_locales" in place:
                return place["ui_locales"]
        target = direct.get("next") or posted.get("next")
        return hints(request, parse_form(urlsplit(target).query)).get("ui_locales", "") if target else ""
    except (TooManyFields, ValueError, OSError):
        # OSError: the body broke off, which is being told on this very page.
        return ""


def read_choice(cookie: str | None) -> tuple[str | None, str]:
    """A stored choice: the language, and the ``ui_locales`` it was made against."""
    locale, _, over = (cookie or "").partition("~")
    return (locale if locale in LOCALES else None), unquote(over)


def write_choice(locale: str, over: str) -> str:
    """The cookie value of a choice."""
    return f"{locale}~{quote(over[:100])}"
