"""What the value of a field in an authorization detail has to be, so that a person sees exactly what is meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sso_portal.base.detail_types import DetailField
from sso_portal.base.urls import redirect_uri_problem

_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,4})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST_TEXT, _LONGEST_ADDRESS, _MOST_TEXTS, _HIGHEST = 200, 500, 20, 10**15
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Categories of characters that cannot be seen, or that turn around what stands beside them."""


def problem_of(value: Any, field: DetailField) -> str | None:
    """What is wrong with a value, or ``None``."""
    problem = _CHECKS[field.kind](value, field)
    if problem is not None or not field.allowed:
        return problem
    said = value if isinstance(value, list) else [value]
    return None if set(said) <= set(field.allowed) else "has a value that is not allowed"


def shown(value: Any) -> tuple[str, ...]:
    """A value as the texts that a person reads."""
    return tuple(value) if isinstance(value, list) else (str(value),)


def _text(value: Any, field: DetailField) -> str | None:
    longest = int(field.maximum or _LONGEST_TEXT)
    return None if _is_readable(value, longest) else f"is not a text of 1 to {longest} visible characters"


def _texts(value: Any, field: DetailField) -> str | None:
    most = int(field.maximum or _MOST_TEXTS)
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        return f"is not a list of 1 to {most} texts"
    if not all(_is_readable(item, _LONGEST_TEXT) for item in value):
        return f"holds something else than texts of 1 to {_LONGEST_TEXT} visible characters"
    return None if len(set(value)) == len(value) else "holds a text twice"


def _integer(value: Any, field: DetailField) -> str | None:
    highest = int(field.maximum or _HIGHEST)
    right = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= highest
    return None if right else f"is not a whole number from 0 to {highest}"


def _amount(value: Any, field: DetailField) -> str | None:
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        return "is not an amount: a text such as 123.50"
    over = field.maximum and Decimal(value) > Decimal(field.maximum)
    return f"is more than {field.maximum}" if over else None


def _currency(value: Any, _field: DetailField) -> str | None:
    right = isinstance(value, str) and _CURRENCY.fullmatch(value)
    return None if right else "is not a currency: three letters, ISO 4217"


def _date(value: Any, _field: DetailField) -> str | None:
    try:
        right = isinstance(value, str) and bool(_DATE.fullmatch(value)) and bool(date.fromisoformat(value))
    except ValueError:
        right = False
    return None if right else "is not a day: YYYY-MM-DD"


def _url(value: Any, field: DetailField) -> str | None:
    longest = int(field.maximum or _LONGEST_ADDRESS)
    if not _is_readable(value, longest) or not value.isascii() or not value.startswith("https://"):
        return f"is not an https address of at most {longest} ASCII characters"
    return "is not a web address" if redirect_uri_problem(value) else None


def _is_readable(value: Any, longest: int) -> bool:
    if not isinstance(value, str) or not value.strip() or value != value.strip() or len(value) > longest:
        return False
    return not any(unicodedata.category(letter) in _UNSEEN for letter in value)


_CHECKS: Mapping[str, Callable[[Any, DetailField], str | None]] = {
    "text": _text,
    "integer": _integer,
    "amount": _amount,
    "currency": _currency,
    "texts": _texts,
    "date": _date,
    "url": _url,
}
