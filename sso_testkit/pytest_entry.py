"""Where pytest finds the plugin: it is there when the kit was installed (``sso-portal[testkit]``), else nothing is."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

NEEDED = ("webtest", "bs4")


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Bring the plugin in, before options are read."""
    if any(find_spec(name) is None for name in NEEDED):
        return
    from sso_testkit import plugin

    if not pluginmanager.is_registered(plugin):
        pluginmanager.register(plugin, "sso_testkit.plugin")
