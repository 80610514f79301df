"""Phone numbers as OpenID Connect Core, section 5.1 wants them: E.164, such as +8613900000001."""

from __future__ import annotations

import re
from typing import Any


def phone_number(value: Any) -> str:
    """A number in E.164, or nothing; spaces and hyphens are left out. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("This has to be text.")
    number = re.sub("[ -]", "", value[:40])
    if number and not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        raise ValueError("This has to be a number such as +8613900000001, or empty.")
    return number
