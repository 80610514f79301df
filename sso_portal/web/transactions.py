"""One transaction per request. A response that is returned commits, a raised exception rolls back."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Let pyramid_tm begin and end the transaction; refusals with status 400 are remembered, so nothing vetoes."""
    config.add_settings({"tm.manager_hook": "pyramid_tm.explicit_manager"})
    config.include("pyramid_tm")
