"""What stands behind the question mark: each parameter once, and pages of lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pyramid.request import Request

from demo_sites.common.api.problems import Problem

USUAL_LIMIT = 20
LARGEST_LIMIT = 100


@dataclass(frozen=True)
class Page:
    """A part of a list: at most ``limit`` entries that come after the one with the number ``after``."""

    limit: int
    after: int

    def answer(self, request: Request, name: str, entries: Sequence[Any], numbers: Sequence[int]) -> dict[str, Any]:
        """``entries`` were looked for with one more than ``limit``, so that it is known whether there are more."""
        more = len(entries) > self.limit
        following = {"after": str(numbers[self.limit - 1])} if more else {}
        query = {**{key: value for key, value in request.GET.items() if key != "after"}, **following}
        return {name: list(entries[: self.limit]), "next": f"{request.path}?{urlencode(query)}" if more else None}


def parameter(request: Request, name: str, longest: int, default: str = "") -> str:
    """One parameter of the query. Raises Problem when it is there twice or too long."""
    values = request.GET.getall(name)
    if len(values) > 1:
        raise Problem(400, f"{name} is there more than once.")
    value = str(values[0]).strip() if values else default
    if len(value) > longest:
        raise Problem(400, f"{name} has more than {longest} characters.")
    return value


def page_of(request: Request) -> Page:
    """Which part of a list is asked for. Raises Problem."""
    limit, after = _number(request, "limit", USUAL_LIMIT), _number(request, "after", 0)
    if not 1 <= limit <= LARGEST_LIMIT:
        raise Problem(400, f"limit has to be from 1 to {LARGEST_LIMIT}.")
    return Page(limit, after)


def _number(request: Request, name: str, default: int) -> int:
    written = parameter(request, name, 15, str(default))
    if not written.isascii() or not written.isdigit():
        raise Problem(400, f"{name} has to be a whole number.")
    return int(written)
