"""Rules of the authorization endpoint, one file each.

Owns: what the specifications demand of an authorization request beyond what oauthlib checks.
Never: looks at who is signed in; that is the dispatcher's.
Asked by: the grants, in the order of ``AUTHORIZATION_CHECKS``, then of ``SCOPE_CHECKS``.
"""

from sso_portal.protocol.checks import (
    acr_values,
    authorization_details,
    claims,
    code_challenge,
    display,
    dpop_jkt,
    id_token_hint,
    max_age,
    offline_access,
    openid_scope,
    parameters_once,
    profile,
    prompt,
    request_objects,
    resource,
    response_mode,
    response_type,
)

AUTHORIZATION_CHECKS = (
    parameters_once.check,
    request_objects.check,
    response_type.check,
    response_mode.check,
    profile.check,
    prompt.check,
    display.check,
    max_age.check,
    code_challenge.check,
    dpop_jkt.check,
)
"""Each takes the oauthlib request, raises an oauthlib error that goes back to the site, and answers what it learnt."""

SCOPE_CHECKS = (
    openid_scope.check,
    offline_access.check,
    claims.check,
    acr_values.check,
    id_token_hint.check,
    resource.check,
    authorization_details.check,
)
"""The same, asked after the scopes of the request are known."""

__all__ = ["AUTHORIZATION_CHECKS", "SCOPE_CHECKS"]
