"""Names that the specifications give, and the portal's endpoints that a test calls by itself.

What the portal can do stands in its metadata; the lists here are the same, for tables of tests, which are made before
any portal is there.
"""

from __future__ import annotations

from sso_testkit.sso import PORTAL

TOKEN_ENDPOINT = f"{PORTAL}/o/token/"
USERINFO_ENDPOINT = f"{PORTAL}/o/userinfo/"
DEVICE_AUTHORIZATION_ENDPOINT = f"{PORTAL}/o/device_authorization/"
DEVICE_PAGE = f"{PORTAL}/o/device/"
"""Where a person types the code that a device shows."""

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
"""A grant (RFC 8628)."""

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - the name of a grant
"""A grant (RFC 8693)."""

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
"""A grant (RFC 7523)."""

ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - the name of a kind of token
"""A kind of token (RFC 8693, section 3)."""

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""How a client proves itself by a JWT (RFC 7523, section 2.2)."""

PASSWORD_ACR = "urn:sso-portal:acr:password"  # noqa: S105 - the name of a strength, no password
"""How strong a sign-in by password is (the claim ``acr``)."""

RESPONSE_TYPES = (
    "code",
    "token",
    "id_token",
    "id_token token",
    "code id_token",
    "code token",
    "code id_token token",
    "none",
)

SIGNING_ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA")
"""By which the portal signs, and clients with keys of their own too."""

DECRYPTION_ALGORITHMS = ("RSA-OAEP-256", "ECDH-ES")
"""By which clients encrypt for the portal."""

KEY_ENCRYPTION_ALGORITHMS = ("RSA-OAEP-256", "RSA-OAEP", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
"""By which the portal encrypts for clients."""

CONTENT_ENCRYPTION_ALGORITHMS = ("A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM")
"""What is encrypted is encrypted by one of these, in both directions."""
