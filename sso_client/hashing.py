"""Random values, and the hashes under which they are kept."""

from __future__ import annotations

import base64
import hashlib
import secrets


def new_secret() -> str:
    """Return 256 random bits as 43 characters of base64url, fit for a state, nonce, verifier, session or CSRF token."""
    return secrets.token_urlsafe(32)


def hashed(value: str) -> str:
    """Return the SHA-256 of a random value in base64url without padding (43 characters).

    Plain SHA-256 is enough for values of 256 random bits: there is nothing to guess.
    """
    return base64url_of_sha256(value)


def base64url_of_sha256(value: str) -> str:
    """Return BASE64URL(SHA256(ASCII(value))), the S256 code challenge of RFC 7636 section 4.2 among other things."""
    return base64url(hashlib.sha256(value.encode()).digest())


def base64url(data: bytes) -> str:
    """Encode as RFC 7515 section 2 does: base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
