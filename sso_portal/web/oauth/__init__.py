"""The protocol's addresses.

Owns: the views below /o/ and /.well-known/.
Never: decides what a request means; the protocol does.
Asked by: browsers and relying sites.
"""

from __future__ import annotations

from pyramid.config import Configurator

from sso_portal.protocol.device_authorization import answer_device_authorization_request
from sso_portal.protocol.introspection import answer_introspection_request
from sso_portal.protocol.pushed_authorization import answer_pushed_authorization_request
from sso_portal.protocol.revocation import answer_revocation_request
from sso_portal.protocol.session_activity import answer_session_activity_request
from sso_portal.protocol.token import answer_token_request
from sso_portal.protocol.vocabulary import (
    CHECK_SESSION_PATH,
    DEVICE_AUTHORIZATION_PATH,
    DEVICE_PATH,
    DEVICE_QR_PATH,
    FORWARD_AUTH_PATH,
    INTROSPECT_PATH,
    PROTECTED_RESOURCE_PATH,
    PUSHED_AUTHORIZATION_PATH,
    RECEIPT_PATH,
    REGISTER_PATH,
    REVOKE_PATH,
    SESSION_ACTIVITY_PATH,
    SITE_REFUSED_PATH,
    TOKEN_PATH,
    USERINFO_PATH,
)
from sso_portal.web.endpoints import add_endpoint
from sso_portal.web.oauth import (
    authorize,
    check_session,
    device,
    device_qr,
    forward_auth,
    login,
    logout,
    metadata,
    receipt,
    register,
    site_refused,
    userinfo,
)
from sso_portal.web.oauth.machine import machine_endpoint


def includeme(config: Configurator) -> None:
    """Register every endpoint."""
    add_endpoint(config, "/o/authorize/", get=authorize.begin, post=authorize.answer)
    add_endpoint(config, "/o/login/", get=login.show, post=login.submit)
    add_endpoint(config, "/o/logout/", get=logout.begin, post=logout.answer)
    add_endpoint(config, CHECK_SESSION_PATH, get=check_session.show)
    add_endpoint(config, f"{RECEIPT_PATH}{{number}}/", get=receipt.receipt_json)
    add_endpoint(config, TOKEN_PATH, post=machine_endpoint("token", answer_token_request), shared=True)
    add_endpoint(config, USERINFO_PATH, get=userinfo.tell, post=userinfo.tell, shared=True)
    add_endpoint(config, INTROSPECT_PATH, post=machine_endpoint("introspection", answer_introspection_request))
    add_endpoint(config, REVOKE_PATH, post=machine_endpoint("revocation", answer_revocation_request), shared=True)
    add_endpoint(
        config,
        PUSHED_AUTHORIZATION_PATH,
        post=machine_endpoint("pushed_authorization", answer_pushed_authorization_request),
        shared=True,
    )
    add_endpoint(
        config, SESSION_ACTIVITY_PATH, post=machine_endpoint("session_activity", answer_session_activity_request)
    )
    add_endpoint(
        config,
        DEVICE_AUTHORIZATION_PATH,
        post=machine_endpoint("device_authorization", answer_device_authorization_request),
    )
    add_endpoint(config, DEVICE_PATH, get=device.show, post=device.answer)
    add_endpoint(config, DEVICE_QR_PATH, get=device_qr.draw)
    add_endpoint(config, FORWARD_AUTH_PATH, get=forward_auth.check)
    add_endpoint(config, f"{FORWARD_AUTH_PATH}start/", get=forward_auth.start)
    add_endpoint(config, f"{FORWARD_AUTH_PATH}callback/", get=forward_auth.callback)
    add_endpoint(config, f"{FORWARD_AUTH_PATH}sign-out/", get=forward_auth.sign_out, post=forward_auth.sign_out)
    add_endpoint(config, SITE_REFUSED_PATH, get=site_refused.show)
    if config.registry.registers:
        add_endpoint(config, REGISTER_PATH, post=register.create)
        own = f"{REGISTER_PATH}{{client_id}}/"
        add_endpoint(config, own, get=register.read, put=register.replace, delete=register.remove)
    add_endpoint(config, "/o/jwks/", get=metadata.jwks)
    add_endpoint(config, "/.well-known/openid-configuration", get=metadata.openid_configuration)
    add_endpoint(config, "/.well-known/oauth-authorization-server", get=metadata.authorization_server)
    add_endpoint(config, PROTECTED_RESOURCE_PATH, get=metadata.protected_resource)
