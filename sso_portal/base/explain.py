"""Explaining to a developer why something was refused, without ever showing a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from sso_portal.base.hashing import fingerprint

_LONGEST_SHOWN = 300
_HASH = re.compile(r"keyed:[0-9a-f]{64}|[0-9a-f]{64}|\$argon2\w*\$.*|\$2[aby]\$.*|\$pbkdf2.*|\{SHA\d*\}.*", re.DOTALL)


def shape_of(secret: str) -> str:
    """What may be told of a secret: its length and a fingerprint by which two can be compared."""
    return f"{len(secret)} characters, fingerprint {fingerprint(secret)}"


def oddity_of(secret: str) -> str:
    """What looks wrong about a secret that did not fit, or an empty string."""
    if _HASH.fullmatch(secret):
        return "this looks like the stored hash of a secret, not the secret"
    if secret != secret.strip():
        return "it begins or ends with a blank or a line feed"
    if re.search(r"%[0-9A-Fa-f]{2}", secret):
        return "it looks percent-encoded once too often"
    if len(secret) > 1 and secret[0] == secret[-1] and secret[0] in "\"'":
        return "it is enclosed in quotation marks"
    return ""


def nearest(sent: str, known: Iterable[str]) -> str | None:
    """The value that was probably meant."""
    candidates = list(known)
    same = [candidate for candidate in candidates if candidate.casefold() == sent.casefold()]
    if same:
        return same[0]
    found = get_close_matches(sent[:_LONGEST_SHOWN], candidates, n=1, cutoff=0.3)
    return found[0] if found else (candidates[0] if len(candidates) == 1 else None)


def difference(sent: str, expected: str) -> str:
    """Where two texts part, character by character: what is too much, what is missing, in words."""
    if sent == expected:
        return "they are the same"
    start = next(
        (index for index, pair in enumerate(zip(sent, expected, strict=False)) if pair[0] != pair[1]),
        min(len(sent), len(expected)),
    )
    end = 0
    while end < min(len(sent), len(expected)) - start and sent[-1 - end] == expected[-1 - end]:
        end += 1
    too_much, missing = sent[start : len(sent) - end], expected[start : len(expected) - end]
    where = f"at character {start + 1}"
    if not missing:
        return f"{where}: {_quoted(too_much)} is too much"
    if not too_much:
        return f"{where}: {_quoted(missing)} is missing"
    return f"{where}: {_quoted(too_much)} stands where {_quoted(missing)} is expected"


def _quoted(text: str) -> str:
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return repr(shown)
