"""One line for each request: what was asked, how it ended, for whom and by which site. Never a token, never a query."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

from sso_client.guard.access import Access
from sso_client.guard.addresses import path_of

log = logging.getLogger("sso_client.guard")

_LONGEST = 200


def note(environ: dict[str, Any], status: int, error: str = "") -> None:
    """Write the line. `error`: the code of a refusal.

    username: the person's, or what the token knows of her; - for nobody.
    """
    access: Access | None = environ.get("sso.access")
    log.info(
        "method=%s path=%s status=%s username=%s client_id=%s error=%s",
        _plain(str(environ.get("REQUEST_METHOD", ""))),
        _plain(path_of(environ)),
        status,
        _plain(access.username or access.subject) if access else "-",
        _plain(access.client_id) if access else "-",
        error or "-",
    )


def _plain(text: str) -> str:
    # A line break or a space in it could make up a line, or a member, of its own.
    return quote(text[:_LONGEST], safe="/@:+~!$&'()*,;") or "-"
