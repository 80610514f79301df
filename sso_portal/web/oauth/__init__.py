"""The protocol's addresses.

Owns: the views below /o/ and /.well-known/.
Never: decides what a request means; the protocol does.
Asked by: browsers and relying sites.
"""

from __future__ import annotations

from pyramid.config import Configurator

from sso_portal.web.endpoints import add_endpoint
from sso_portal.web.oauth import authorize, login, logout, metadata, token, userinfo


def includeme(config: Configurator) -> None:
    """Register every endpoint."""
    add_endpoint(config, "/o/authorize/", get=authorize.begin, post=authorize.answer)
    add_endpoint(config, "/o/login/", get=login.show, post=login.submit)
    add_endpoint(config, "/o/logout/", get=logout.begin, post=logout.answer)
    add_endpoint(config, "/o/token/", post=token.exchange)
    add_endpoint(config, "/o/userinfo/", get=userinfo.tell, post=userinfo.tell)
    add_endpoint(config, "/o/jwks/", get=metadata.jwks)
    add_endpoint(config, "/.well-known/openid-configuration", get=metadata.openid_configuration)
    add_endpoint(config, "/.well-known/oauth-authorization-server", get=metadata.authorization_server)
