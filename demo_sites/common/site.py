"""Setting a demo site up: templates, languages, headers and the sign-in kit are the same for both."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.resources import files

from pyramid.config import Configurator
from pyramid.events import BeforeRender
from pyramid.request import Request
from pyramid.static import QueryStringConstantCacheBuster

from demo_sites.common.compiled_templates import COMPILED_TEMPLATES
from demo_sites.common.language import HTML_LANGUAGES, LANGUAGES, choose_locale, page_url, say_date
from demo_sites.common.recorded import flow_url
from demo_sites.common.story import tell
from demo_sites.common.words import SharedWords
from sso_client.backchannel import HttpFactory
from sso_client.background import at_once
from sso_client.clock import Clock


def configure(site: str, settings: Mapping[str, str], http: HttpFactory | None, clock: Clock | None) -> Configurator:
    """A Pyramid configurator for the package ``demo_sites.<site>``, ready for the site's own routes and views.

    ``settings`` holds what the kit needs (``sso.issuer``, ``sso.client_id``, ``sso.client_secret``, ``sso.scope``) and,
    if wanted, ``demo.sibling_url``: the address of the other site, shown as a link at the top; in the running demo
    ``demo.flow_url``: the page that draws what went over the wires.
    """
    package = f"demo_sites.{site}"
    config = Configurator(
        package=package,
        locale_negotiator=choose_locale,
        settings={
            **settings,
            "demo.site": site,
            "jinja2.newstyle": "true",
            "jinja2.trim_blocks": "true",
            "jinja2.lstrip_blocks": "true",
            "jinja2.i18n.domain": site,
            "jinja2.i18n.gettext": SharedWords,
            "jinja2.bytecode_caching": COMPILED_TEMPLATES,
        },
    )
    if http is not None:
        config.registry["sso_client.http"] = http
    if clock is not None:
        config.registry["sso_client.clock"] = clock
        config.registry["sso_client.background"] = at_once  # who brings the time wants all that happens in order
    config.registry["sso_client.language"] = choose_locale
    config.include("pyramid_jinja2")
    config.include("sso_client.pyramid")
    config.add_translation_dirs(f"{package}:locale", "demo_sites.common:locale")
    config.add_tween("demo_sites.common.language.switch_tween")
    config.add_tween("demo_sites.common.headers.headers_tween")
    config.add_static_view("static", f"{package}:static", cache_max_age=365 * 24 * 3600)
    config.add_cache_buster(f"{package}:static", QueryStringConstantCacheBuster(fingerprint(package)))
    config.add_request_method(lambda request: today(clock), "today", reify=True)
    config.add_subscriber(add_globals, BeforeRender)
    return config


def fingerprint(package: str) -> str:
    """A short hash over the static files: browsers keep them for a year and fetch them again once they changed."""
    content = sorted((item.name, item.read_bytes()) for item in files(package).joinpath("static").iterdir())
    return hashlib.sha256(repr(content).encode()).hexdigest()[:10]


def today(clock: Clock | None) -> date:
    """The current day in UTC."""
    return (datetime.fromtimestamp(clock.now(), UTC) if clock else datetime.now(UTC)).date()


def add_globals(event: BeforeRender) -> None:
    """Gives every template the person and her story, the languages, the sign-in link, and whether she declined."""
    request: Request = event["request"]
    if request is None:
        return
    locale, person = request.locale_name, request.identity
    event.update(
        locale=locale,
        declined=person is None and request.GET.get("sign_in") == "declined",
        html_lang=HTML_LANGUAGES[locale],
        languages=[(code, label, page_url(request, lang=code)) for code, label in LANGUAGES.items()],
        person=person,
        # The portal may have told nothing but the subject.
        user_name=person and (person.username or person.subject),
        person_name=person and (person.name or person.username or person.subject),
        story=tell(request) if person else None,
        flow_url=flow_url(request),
        sign_in_url=request.sso.sign_in_url(page_url(request, "sign_in")),
        sibling_url=request.registry.settings.get("demo.sibling_url", ""),
        portal_url=request.registry.settings["sso.issuer"],
        say_date=lambda day: say_date(day, locale),
    )
