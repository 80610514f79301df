"""Rendering: what every page knows, and the one function that makes a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pyramid.config import Configurator
from pyramid.i18n import TranslationStringFactory, get_localizer
from pyramid.renderers import render
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.urls import MAXIMUM_LENGTH, add_query
from sso_portal.protocol.vocabulary import ACCOUNT_DEVICES_PATH, ACCOUNT_SITES_PATH, LOGIN_PATH, LOGOUT_PATH
from sso_portal.services.clients import Client
from sso_portal.services.users import User
from sso_portal.web.compiled_templates import COMPILED_TEMPLATES
from sso_portal.web.cookies import preference_cookie
from sso_portal.web.csrf import csrf_token
from sso_portal.web.locale import LOCALES
from sso_portal.web.preferences import THEMES
from sso_portal.web.security import content_security_policy

_ = TranslationStringFactory("sso_portal")
_CREDENTIALS = {
    "sid",
    "access_token",
    "refresh_token",
    "id_token",
    "code",
    "device_code",
    "client_secret",
    "client_assertion",
    "password",
    "code_verifier",
    "token",
}
_THEME_NAMES = {"auto": _("Automatic"), "light": _("Light"), "dark": _("Dark")}


def includeme(config: Configurator) -> None:
    """Set up the templates."""
    config.add_settings(
        {
            "jinja2.i18n.domain": "sso_portal",
            "jinja2.trim_blocks": "true",
            "jinja2.lstrip_blocks": "true",
            "jinja2.bytecode_caching": COMPILED_TEMPLATES,
        }
    )
    config.include("pyramid_jinja2")


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    here: str | None = None,
    form_targets: Iterable[str] = (),
    frames: Sequence[Mapping[str, str]] = (),
    **variables: Any,
) -> Response:
    """A page of the portal. ``here`` is the local path that shows it again, for the language and theme links;
    ``frames`` have a ``url`` and its ``origin`` each."""
    here = here if here is not None else _path_of(request)
    text = render(
        f"sso_portal:web/templates/{template}.jinja2",
        {**_common(request, here), "frames": frames, **variables},
        request,
    )
    response = Response(text, status=status, content_type="text/html", charset="UTF-8")
    response.headers["Content-Security-Policy"] = content_security_policy(
        form_targets, [frame["origin"] for frame in frames]
    )
    response.headers["Content-Language"] = "zh-CN" if request.locale_name == "zh_CN" else "en"
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


def _path_of(request: Request) -> str:
    """The local path of this request, or the start page when its bytes are no text or too many to come back by.

    A query with credentials in it, which no page of ours has, is not written into links.
    """
    names = {part.partition("=")[0] for part in request.environ.get("QUERY_STRING", "").split("&")}
    try:
        path = str(request.path if names & _CREDENTIALS else request.path_qs)
    except UnicodeDecodeError:
        return "/"
    return path if len(path) <= MAXIMUM_LENGTH else "/"


def say(request: Request, message: Any, **mapping: Any) -> str:
    """A message in the language of the request."""
    text: str = get_localizer(request).translate(_(message, mapping=mapping) if mapping else message)
    return text


def _common(request: Request, here: str) -> dict[str, Any]:
    settings = request.portal.settings
    theme = preference_cookie(request, "theme")
    theme = theme if theme in THEMES else "auto"
    locale = request.locale_name
    return {
        "brand": settings.brand,
        "locale": locale,
        "html_lang": "zh-CN" if locale == "zh_CN" else "en",
        "languages": [
            {"code": code, "label": label, "url": _preference(here, locale=code), "current": code == locale}
            for code, label in LOCALES.items()
        ],
        "theme": theme,
        "themes": [
            {
                "code": code,
                "label": say(request, _THEME_NAMES[code]),
                "url": _preference(here, theme=code),
                "current": code == theme,
            }
            for code in THEMES
        ],
        "person": person_of(request),
        "other_people": _other_people(request),
        "csrf_token": csrf_token(request),
        "trace_id": request.trace_id,
        "static": request.registry.assets.address,
        "home_url": "/",
        "login_url": LOGIN_PATH,
        "logout_url": LOGOUT_PATH,
        "devices_url": ACCOUNT_DEVICES_PATH,
        "sites_url": ACCOUNT_SITES_PATH,
        "accounts_url": f"{LOGIN_PATH}?prompt=select_account&next=/",
        "format_time": lambda moment: format_time(request, moment),
    }


def _preference(here: str, **choice: str) -> str:
    return f"/preferences?{urlencode({**choice, 'next': here})}"


def person_of(request: Request) -> dict[str, str] | None:
    """The signed-in person as pages show her."""
    if getattr(request, "without_person", False) or request.signed_in is None:
        return None
    return shown_person(request.signed_in[1])


def shown_person(user: User) -> dict[str, str]:
    """Somebody as pages show her."""
    return {"username": user.username, "name": user.name, "email": user.email, "initial": user.name[:1].upper()}


def _other_people(request: Request) -> list[dict[str, str]]:
    """Who else is signed in in this browser."""
    if getattr(request, "without_person", False):
        return []
    return [shown_person(account.user) for account in request.accounts.others]


def site_of(request: Request, client: Client | None) -> dict[str, Any] | None:
    """A client as pages show it."""
    if client is None:
        return None
    metadata = client.metadata
    return {
        "client_id": client.client_id,
        "name": client.name(request.locale_name),
        "logo_url": metadata["logo_uri"],
        "host": client.host,
        "url": metadata["client_uri"],
        "enter_url": _enter_url(metadata, request.portal.issuer),
        "first_party": metadata["first_party"],
        "policy_uri": metadata["policy_uri"],
        "tos_uri": metadata["tos_uri"],
    }


def _enter_url(metadata: Mapping[str, Any], issuer: str) -> str:
    """Where a person enters a site: signed in at once where the site takes that (OpenID Connect Core, section 4)."""
    home, begin = metadata["client_uri"], metadata["initiate_login_uri"]
    return add_query(begin, [("iss", issuer), ("target_link_uri", home)]) if begin and home else str(home)


def format_time(request: Request, moment: int) -> str:
    """A moment as the person writes times; the day is left out when it is today."""
    name = request.portal.settings.brand.time_zone
    zone = ZoneInfo(name) if name else None
    when = datetime.fromtimestamp(moment, zone)
    today = datetime.fromtimestamp(request.portal.clock.now(), zone).date()
    clock = f"{when:%H:%M:%S}"
    if when.date() == today:
        return clock
    return (
        f"{when.year}年{when.month}月{when.day}日 {clock}"
        if request.locale_name == "zh_CN"
        else f"{when:%d %b %Y} {clock}"
    )


def format_wait(request: Request, seconds: int) -> str:
    """A short time to wait, in whole seconds up to a minute and in minutes, rounded up, beyond."""
    if seconds <= 60:  # noqa: PLR2004
        return say(request, _("${count} s"), count=seconds)
    return say(request, _("${count} min"), count=-(-seconds // 60))
