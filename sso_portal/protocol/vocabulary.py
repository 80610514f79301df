"""The specification's own words, once."""

from __future__ import annotations

from typing import Final

AUTHORIZE_PATH: Final = "/o/authorize/"
LOGIN_PATH: Final = "/o/login/"
TOKEN_PATH: Final = "/o/token/"  # noqa: S105 - an address
USERINFO_PATH: Final = "/o/userinfo/"
INTROSPECT_PATH: Final = "/o/introspect/"
REVOKE_PATH: Final = "/o/revoke/"
REGISTER_PATH: Final = "/o/register/"
JWKS_PATH: Final = "/o/jwks/"
PROTECTED_RESOURCE_PATH: Final = "/.well-known/oauth-protected-resource"
LOGOUT_PATH: Final = "/o/logout/"
CHECK_SESSION_PATH: Final = "/o/check_session/"
SESSION_ACTIVITY_PATH: Final = "/o/session_activity/"
RECEIPT_PATH: Final = "/o/logout/receipt/"
PUSHED_AUTHORIZATION_PATH: Final = "/o/par/"
DEVICE_AUTHORIZATION_PATH: Final = "/o/device_authorization/"
DEVICE_PATH: Final = "/o/device/"
DEVICE_QR_PATH: Final = "/o/device/qr.svg"
FORWARD_AUTH_PATH: Final = "/o/forward_auth/"
SITE_REFUSED_PATH: Final = "/o/site_refused/"
CREATE_PATH: Final = "/account/create"
ACCOUNT_DEVICES_PATH: Final = "/account/devices"
ACCOUNT_SITES_PATH: Final = "/account/sites"

PROMPT_VALUES: Final = ("none", "login", "consent", "select_account")
"""Values of ``prompt`` that are honoured (OpenID Connect Core, section 3.1.2.1)."""

CREATE_PROMPT: Final = "create"
"""One more where people may create accounts (OpenID Connect Prompt Create 1.0)."""

INTERACTION: Final = "interaction"
"""Our own parameter on the authorization endpoint: the signed marker that an interaction has happened."""

AUTHORIZATION_DETAILS: Final = "authorization_details"
"""The parameter of RFC 9396, which has the same name wherever it stands."""

DISPLAY_VALUES: Final = ("page", "popup", "touch", "wap")
"""Values of ``display`` (OpenID Connect Core, section 3.1.2.1)."""

CODE_CHALLENGE_METHODS: Final = ("S256",)
"""``plain`` is left out on purpose (RFC 9700, section 2.1.1)."""


def prompt_values(*, may_create: bool) -> tuple[str, ...]:
    """The values of ``prompt`` that this portal honours."""
    return (*PROMPT_VALUES, CREATE_PROMPT) if may_create else PROMPT_VALUES
