"""The portal as a WSGI application."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pyramid.config import Configurator
from pyramid.router import Router

from sso_portal.base.clock import Clock
from sso_portal.settings import load_settings
from sso_portal.wiring import Network, Portal


def make_app(settings: Mapping[str, str], *, clock: Clock | None = None, network: Network | None = None) -> Router:
    """The portal for the given settings; ``app.registry.portal`` is its wiring. ``network`` carries its own fetches.

    Raises :class:`~sso_portal.base.errors.SettingsError` listing every problem.
    """
    return make_app_of(Portal(load_settings(settings, os.environ), clock, network))


def make_app_of(portal: Portal) -> Router:
    """The web application over parts that are built already."""
    config = Configurator(settings={"pyramid.reload_templates": portal.settings.web.template_reload})
    config.registry.portal = portal
    config.include("sso_portal.web")
    return config.make_wsgi_app()


def main(_global_config: Mapping[str, str] | None = None, **settings: Any) -> Router:
    """The ``paste.app_factory`` entry point."""
    return make_app(settings)
