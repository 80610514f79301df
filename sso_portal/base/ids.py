"""Randomness, in one place: every identifier and secret is drawn here from the system's generator."""

from __future__ import annotations

import secrets
import string

_ALPHANUMERIC = string.ascii_letters + string.digits

TOKEN_LENGTH = 43
"""Characters of a token: 43 of 62 possible ones carry 256 bits (RFC 6749, section 10.10 asks for at least 128)."""


def alphanumeric(length: int) -> str:
    """A random string of ``length`` characters from ``[A-Za-z0-9]``, about 5.95 bits each."""
    # One draw for the whole string: reducing 64 surplus bits modulo 62**length leaves a bias below 2**-64.
    number = secrets.randbits(length * 6 + 64)
    characters = []
    for _ in range(length):
        number, index = divmod(number, 62)
        characters.append(_ALPHANUMERIC[index])
    return "".join(characters)


def token() -> str:
    """A fresh opaque credential: code, access token, refresh token, session cookie or client secret."""
    return alphanumeric(TOKEN_LENGTH)


def identifier() -> str:
    """A fresh public identifier (session, family, subject, client): unguessable, but not a secret."""
    return alphanumeric(22)


def trace() -> str:
    """A fresh trace identifier: 16 lower-case hexadecimal digits, easy to read out to support."""
    return secrets.token_hex(8)
