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
    return _spelled(secrets.randbits(length * 6 + 64), length)


def _spelled(number: int, length: int) -> str:
    characters = []
    for _ in range(length):
        number, index = divmod(number, 62)
        characters.append(_ALPHANUMERIC[index])
    return "".join(characters)


def token_of(raw: bytes) -> str:
    """32 bytes that nobody can guess, spelled as :func:`token` spells its own."""
    return _spelled(int.from_bytes(raw, "big"), TOKEN_LENGTH)


def token() -> str:
    """A fresh opaque credential: code, access token, refresh token, session cookie or client secret."""
    return alphanumeric(TOKEN_LENGTH)


def identifier() -> str:
    """A fresh public identifier (session, family, subject, client): unguessable, but not a secret."""
    return alphanumeric(22)


def number_below(end: int) -> int:
    """A random whole number from 0 up to, but not including, ``end``."""
    return secrets.randbelow(end)


def trace() -> str:
    """A fresh trace identifier: 16 lower-case hexadecimal digits, easy to read out to support."""
    return secrets.token_hex(8)


def drawn(letters: str, length: int) -> str:
    """A random string of ``length`` characters, each one of ``letters``."""
    return "".join(secrets.choice(letters) for _ in range(length))
