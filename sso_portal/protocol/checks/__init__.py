"""Rules of the authorization endpoint, one file each.

Owns: what the specifications demand of an authorization request beyond what oauthlib checks.
Never: looks at who is signed in; that is the dispatcher's.
Asked by: the grants, in the order of ``AUTHORIZATION_CHECKS``.
"""

from sso_portal.protocol.checks import (
    code_challenge,
    max_age,
    parameters_once,
    prompt,
    request_objects,
    response_mode,
    response_type,
)

AUTHORIZATION_CHECKS = (
    parameters_once.check,
    request_objects.check,
    response_type.check,
    response_mode.check,
    prompt.check,
    max_age.check,
    code_challenge.check,
)
"""Each takes the oauthlib request, raises an oauthlib error that goes back to the site, and answers what it learnt."""

__all__ = ["AUTHORIZATION_CHECKS"]
