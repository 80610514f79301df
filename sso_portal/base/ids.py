"""Randomness, in one place: every identifier and secret is drawn here from the system's generator."""

from __future__ import annotations

import os
import string
import threading

from sso_portal.base.clock import milliseconds

_ALPHANUMERIC = string.ascii_letters + string.digits
_DRAW_BYTES = 4_096
_FAIR = 256 // len(_ALPHANUMERIC) * len(_ALPHANUMERIC)
_SPELLING = bytes(ord(_ALPHANUMERIC[number % len(_ALPHANUMERIC)]) for number in range(256))
_UNFAIR = bytes(range(_FAIR, 256))
_PAIRS = [low + high for high in _ALPHANUMERIC for low in _ALPHANUMERIC]
_PAIR = len(_PAIRS)
_DIGITS_AT_ONCE = 10
_AT_ONCE = len(_ALPHANUMERIC) ** _DIGITS_AT_ONCE

TOKEN_LENGTH = 43
"""Characters of a token: 43 of 62 possible ones carry 256 bits (RFC 6749, section 10.10 asks for at least 128)."""


MOMENT_LENGTH = 11
"""Hexadecimal digits of the milliseconds since 1970: enough until the year 2527."""
_ORDERED_LENGTH = MOMENT_LENGTH + TOKEN_LENGTH


class _Pool:
    """Bytes from the system's generator, many drawn at once: asking it for each identifier would let another thread in
    each time. None is given out twice, by no thread and in no process that this one is copied into."""

    def __init__(self) -> None:
        self.forget()
        os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        """Leave what has been drawn to somebody else: the process that this one was copied from."""
        # Its lock may be held by a thread that does not exist here.
        self._lock = threading.Lock()
        self._drawn, self._given = b"", 0

    def take(self, count: int) -> bytes:
        """``count`` bytes that nobody else gets."""
        if count > _DRAW_BYTES:
            return os.urandom(count)
        with self._lock:
            begin = self._given
            if begin + count > len(self._drawn):
                self._drawn, begin = os.urandom(_DRAW_BYTES), 0
            self._given = begin + count
            return self._drawn[begin : begin + count]


_pool = _Pool()


def alphanumeric(length: int) -> str:
    """A random string of ``length`` characters from ``[A-Za-z0-9]``, about 5.95 bits each."""
    spelled = b""
    while len(spelled) < length:
        # A byte that would favour some of the characters is left out: about one of 32.
        spelled += _pool.take(length + length // 8 + 4).translate(_SPELLING, _UNFAIR)
    return spelled[:length].decode("ascii")


def token_of(raw: bytes) -> str:
    """32 bytes that nobody can guess, spelled as :func:`token` spells its own: a number, its lowest digit first."""
    number, pairs = int.from_bytes(raw, "big"), []
    for _ in range(0, TOKEN_LENGTH, _DIGITS_AT_ONCE):
        # Small numbers are divided quickly.
        number, part = divmod(number, _AT_ONCE)
        for _ in range(0, _DIGITS_AT_ONCE, 2):
            part, index = divmod(part, _PAIR)
            pairs.append(_PAIRS[index])
    return "".join(pairs)[:TOKEN_LENGTH]


def token() -> str:
    """A fresh opaque credential: code, access token, refresh token, session cookie or client secret."""
    return alphanumeric(TOKEN_LENGTH)


def ordered_token() -> str:
    """The same for what becomes a row: it ends with the moment it was made at, and the row's key begins with that, as
    keys of databases had better do (RFC 9562, section 6.11). What is made together is found, changed and deleted
    together, so it should stand on the same pages of an index. The moment is no secret, and no part of the 256 bits."""
    return alphanumeric(TOKEN_LENGTH) + _moment()


def ordered_like(other: str, raw: bytes) -> str:
    """32 bytes that nobody can guess, spelled as a token that stands beside ``other``."""
    return token_of(raw) + moment_of(other)


def moment_of(token: str) -> str:
    """What puts this token in order; nothing when that is not how it was made."""
    if len(token) != _ORDERED_LENGTH:
        return ""
    moment = token[TOKEN_LENGTH:]
    return moment if moment.isascii() and moment.isalnum() else ""


def _moment() -> str:
    return f"{milliseconds():011x}"


def ordered_identifier() -> str:
    """A fresh identifier that begins with the moment it was made at, since it is a key itself."""
    return _moment() + alphanumeric(22)


def identifier() -> str:
    """A fresh public identifier (session, family, subject, client): unguessable, but not a secret."""
    return alphanumeric(22)


def number_below(end: int) -> int:
    """A random whole number from 0 up to, but not including, ``end``. Raises :class:`ValueError` when there is none."""
    if end <= 0:
        raise ValueError("no number is below that")
    size = (end.bit_length() + 7) // 8
    surplus = size * 8 - end.bit_length()
    while True:
        number = int.from_bytes(_pool.take(size), "big") >> surplus
        if number < end:
            return number


def trace() -> str:
    """A fresh trace identifier: 16 lower-case hexadecimal digits, easy to read out to support."""
    return _pool.take(8).hex()


def drawn(letters: str, length: int) -> str:
    """A random string of ``length`` characters, each one of ``letters``."""
    return "".join(letters[number_below(len(letters))] for _ in range(length))
