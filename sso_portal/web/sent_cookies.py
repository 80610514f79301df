"""Reading one cookie of a request, in time that grows with the header's length and no faster.

WebOb's own parser takes minutes for a header of 64 kB that has one long word in it, which anybody can send.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

_LONGEST = 500
_READ = "sso.cookies"


def sent_cookie(environ: MutableMapping[str, Any], name: str) -> str | None:
    """The value of the cookie, the last one if there are several (RFC 6265, section 4.2); ``None`` when it is missing,
    is not ASCII or is longer than any of ours."""
    found = _all(environ).get(name)
    return found if found and len(found) <= _LONGEST and found.isascii() else None


def _all(environ: MutableMapping[str, Any]) -> Mapping[str, str]:
    """Every cookie; a request is asked for a handful of them, and its header is read once."""
    header = environ.get("HTTP_COOKIE", "")
    known = environ.get(_READ)
    if known is not None and known[0] == header:
        return known[1]  # type: ignore[no-any-return]
    pairs = (pair.partition("=") for pair in str(header).split(";"))
    found = {name.strip(" \t"): value.strip(" \t") for name, separator, value in pairs if separator}
    environ[_READ] = (header, found)
    return found
