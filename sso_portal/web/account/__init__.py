"""A person's own account.

Owns: the views below /account/.
Never: decides who may do what; the services do.
Asked by: browsers.
"""

from __future__ import annotations

from pyramid.config import Configurator

from sso_portal.protocol.vocabulary import ACCOUNT_DEVICES_PATH, ACCOUNT_SITES_PATH, CREATE_PATH
from sso_portal.web.account import create, devices, sites
from sso_portal.web.endpoints import add_endpoint


def includeme(config: Configurator) -> None:
    """Register every page."""
    add_endpoint(config, CREATE_PATH, get=create.show, post=create.submit)
    add_endpoint(config, ACCOUNT_DEVICES_PATH, get=devices.show, post=devices.answer)
    add_endpoint(config, ACCOUNT_SITES_PATH, get=sites.show, post=sites.answer)
