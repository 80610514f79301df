"""Which of the kit's two languages a person reads."""

from __future__ import annotations

import re

ENGLISH, CHINESE = "en", "zh"
_RANGE = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?))?\s*")


def preferred_language(accept_language: str) -> str:
    """Return "zh" or "en" by an Accept-Language header (RFC 9110 section 12.5.4); English when it names neither."""
    best, best_weight = ENGLISH, 0.0
    for part in accept_language[:500].split(","):
        match = _RANGE.fullmatch(part)
        if match is None or match[1].lower() not in (ENGLISH, CHINESE):
            continue
        weight = float(match[2] or 1)
        if weight > best_weight:
            best, best_weight = match[1].lower(), weight
    return best
