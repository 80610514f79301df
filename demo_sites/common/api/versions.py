"""Two people who change the same thing: the second is told, and nothing is lost (RFC 9110, sections 8.8.3 and 13)."""

from __future__ import annotations

import re

from pyramid.request import Request

from demo_sites.common.api.problems import Problem

_TAGS = re.compile(r'\s*(W/)?"[!#-~]{0,64}"\s*(,\s*(W/)?"[!#-~]{0,64}"\s*){0,9}')


def tag(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def expected_versions(request: Request, *, needed: bool = False) -> tuple[int, ...] | None:
    """The versions that the caller is content with, ``None`` for any.

    Raises Problem when ``If-Match`` is no list of tags, or is ``needed`` and missing (RFC 6585, section 3).
    """
    written = request.headers.get("If-Match")
    if written is None and needed:
        raise Problem(428, "If-Match has to carry the ETag of what is changed, or *.")
    if written is None or written.strip() == "*":
        return None
    if not _TAGS.fullmatch(written):
        raise Problem(400, "If-Match has to be a list of entity tags, or *.")
    # Weak tags never match here (section 13.1.1).
    return tuple(int(number) for number in re.findall(r'(?<!W/)"([0-9]{1,15})"', written))


def outdated() -> Problem:
    """Somebody else was faster."""
    return Problem(412, "It was changed meanwhile. Read it again, and send the change with its new ETag.")
