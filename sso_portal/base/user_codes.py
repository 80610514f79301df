"""Codes that people read from one screen and type at another (RFC 8628, section 6.1)."""

from __future__ import annotations

import re
import unicodedata

from sso_portal.base.ids import drawn

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Consonants only: no words come about, and nothing looks like a digit."""

_LENGTH = 8
"""20 to the power of 8: about 34.5 bits, guarded by slowing whoever guesses (section 5.1)."""

_LONGEST_TYPED = 100


def draw_user_code() -> str:
    """A fresh code as it is compared: eight letters."""
    return drawn(_LETTERS, _LENGTH)


def read_user_code(typed: str) -> str | None:
    """The code that somebody typed in any case, width and grouping; ``None`` when it cannot be one."""
    folded = unicodedata.normalize("NFKC", typed[:_LONGEST_TYPED]).upper()
    letters = re.sub(r"[\W_]", "", folded)
    return letters if len(letters) == _LENGTH and set(letters) <= set(_LETTERS) else None


def show_user_code(user_code: str) -> str:
    """The code as people see it: ``WDJB-MJHT``."""
    return f"{user_code[: _LENGTH // 2]}-{user_code[_LENGTH // 2 :]}"
