"""Reading one cookie of a request, in time that grows with the header's length and no faster.

WebOb's own parser takes minutes for a header of 64 kB that has one long word in it, which anybody can send.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LONGEST = 500


def sent_cookie(environ: Mapping[str, Any], name: str) -> str | None:
    """The value of the cookie, the last one if there are several (RFC 6265, section 4.2); ``None`` when it is missing,
    is not ASCII or is longer than any of ours."""
    found = None
    for pair in str(environ.get("HTTP_COOKIE", "")).split(";"):
        sent, separator, value = pair.partition("=")
        if separator and sent.strip(" \t") == name:
            found = value.strip(" \t")
    return found if found and len(found) <= _LONGEST and found.isascii() else None
