"""The heading of a page that came back."""

from __future__ import annotations

import re
from html import unescape

from sso_testkit.journal import Hop
from sso_testkit.recorder.facts import header_of
from sso_testkit.recorder.values import shortened

_HEADINGS = tuple(re.compile(rf"<{tag}\b[^>]*>(.*?)</{tag}\s*>", re.DOTALL | re.IGNORECASE) for tag in ("h1", "title"))


def heading_of(hop: Hop) -> str:
    """A page's first heading, or its title when it has none; empty for anything but a page."""
    if not header_of(hop.response_headers, "Content-Type").startswith("text/html"):
        return ""
    source = hop.body.decode("utf-8", "replace")
    for pattern in _HEADINGS:
        found = pattern.search(source)
        if found is not None:
            return shortened(" ".join(unescape(re.sub(r"<[^>]*>", " ", found[1])).split()))
    return ""
