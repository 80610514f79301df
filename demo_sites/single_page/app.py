"""The app factory of the single page: what any server of static files could serve, and the words in two languages."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.config import Configurator
from pyramid.router import Router
from pyramid.static import QueryStringConstantCacheBuster

from demo_sites.common.compiled_templates import COMPILED_TEMPLATES
from demo_sites.common.language import choose_locale
from demo_sites.common.site import fingerprint
from demo_sites.common.words import SharedWords
from sso_client.backchannel import HttpFactory
from sso_client.clock import Clock

_PACKAGE = "demo_sites.single_page"


def make_app(settings: Mapping[str, str], *, http: HttpFactory | None = None, clock: Clock | None = None) -> Router:
    """The site as a WSGI application.

    ``settings`` are strings: ``sso.issuer``, ``sso.client_id``, and ``demo.api_url``, where user_api is. ``http`` and
    ``clock`` are what every site is given; this one asks nobody, and never for the time.
    """
    config = Configurator(
        package=_PACKAGE,
        locale_negotiator=choose_locale,
        settings={
            **settings,
            "demo.site": "single_page",
            "jinja2.newstyle": "true",
            "jinja2.trim_blocks": "true",
            "jinja2.lstrip_blocks": "true",
            "jinja2.i18n.domain": "single_page",
            "jinja2.i18n.gettext": SharedWords,
            "jinja2.bytecode_caching": COMPILED_TEMPLATES,
        },
    )
    config.include("pyramid_jinja2")
    config.add_translation_dirs(f"{_PACKAGE}:locale", "demo_sites.common:locale")
    config.add_tween("demo_sites.common.language.switch_tween")
    config.add_tween("demo_sites.common.headers.headers_tween")
    config.add_static_view("static", f"{_PACKAGE}:static", cache_max_age=365 * 24 * 3600)
    config.add_cache_buster(f"{_PACKAGE}:static", QueryStringConstantCacheBuster(fingerprint(_PACKAGE)))
    config.add_route("page", "/")
    config.scan("demo_sites.single_page.views")
    return config.make_wsgi_app()


def main(global_config: Mapping[str, str], **settings: str) -> Router:
    """The same for PasteDeploy: ``use = egg:…#single_page`` in an ini file."""
    return make_app(settings)
