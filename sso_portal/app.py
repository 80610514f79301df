"""The portal as a WSGI application."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pyramid.config import Configurator
from pyramid.registry import Registry
from pyramid.router import Router

from sso_portal.base.clock import Clock
from sso_portal.base.errors import Refused
from sso_portal.settings import load_settings
from sso_portal.settings.areas import Brand
from sso_portal.wiring import Network, Portal

__all__ = ["Refused", "main", "make_app", "make_app_of"]


def make_app(settings: Mapping[str, str], *, clock: Clock | None = None, network: Network | None = None) -> Router:
    """The portal for the given settings; ``app.registry.portal`` is its wiring. ``network`` carries its own fetches.

    Raises :class:`~sso_portal.base.errors.SettingsError` listing every problem.
    """
    return make_app_of(Portal(load_settings(settings, os.environ), clock, network))


def make_app_of(portal: Portal) -> Router:
    """The web application over parts that are built already."""
    settings = portal.settings
    furnished = _furnished(settings.brand, portal.registers, settings.web.template_reload, portal.unavailable)
    registry = Registry("sso_portal", bases=(furnished,))
    # Pyramid looks for views and listeners here alone and not in the bases.
    registry.adapters, registry.has_listeners = furnished.adapters, furnished.has_listeners
    registry.settings, registry.assets, registry.portal = furnished.settings, furnished.assets, portal
    registry.documents = {}
    return Configurator(registry=registry).make_wsgi_app()


@lru_cache(maxsize=8)
def _furnished(
    brand: Brand, registers: bool, template_reload: bool, unavailable: tuple[type[Exception], ...]
) -> Registry:
    """The routes, views and templates of the front door, the same for every portal of a process that is set up alike.

    It knows no portal, so that none is found where another is asked.
    """
    config = Configurator(settings={"pyramid.reload_templates": template_reload})
    config.registry.brand, config.registry.registers = brand, registers
    config.registry.unavailable = unavailable
    config.include("sso_portal.web")
    config.commit()
    return config.registry


def main(_global_config: Mapping[str, str] | None = None, **settings: Any) -> Router:
    """The ``paste.app_factory`` entry point."""
    return make_app(settings)
