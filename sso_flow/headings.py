"""The heading of a page that came back."""

from __future__ import annotations

import re
from html import unescape

from sso_flow.facts import header_of
from sso_flow.journal import Hop
from sso_flow.values import shortened

_HEADINGS = tuple(re.compile(rf"<{tag}\b[^>]*>(.*?)</{tag}\s*>", re.DOTALL | re.IGNORECASE) for tag in ("h1", "title"))


def heading_of(hop: Hop) -> str:
    """The heading of the page that answered; empty for anything but a page."""
    if not header_of(hop.response_headers, "Content-Type").startswith("text/html"):
        return ""
    return heading_in(hop.body.decode("utf-8", "replace"))


def heading_in(source: str) -> str:
    """The first heading in a page's source, or its title when it has none."""
    for pattern in _HEADINGS:
        found = pattern.search(source)
        if found is not None:
            return shortened(" ".join(unescape(re.sub(r"<[^>]*>", " ", found[1])).split()))
    return ""
