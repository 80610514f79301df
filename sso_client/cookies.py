"""Names and attributes of the site's cookies.

Cookies do not know ports, so the client_id is in every name: two sites on one host never touch each other's. Under
https they are `__Host-` cookies (RFC 6265bis section 4.1.3.2), which no other host can set.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sso_client.hashing import hashed


@dataclass(frozen=True, slots=True)
class CookieNames:
    """The names for one site under one scheme. `attempt_prefix` is followed by a hash of the attempt's state."""

    session: str
    attempt_prefix: str


def cookie_names(client_id: str, *, secure: bool) -> CookieNames:
    """Return the names of the cookies of the site `client_id`; `secure`: the site is visited over https."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", client_id)
    if safe != client_id:  # two client_ids must not become one name
        safe += "_" + hashed(client_id)[:8]
    base = ("__Host-" if secure else "") + "sso_" + safe
    return CookieNames(session=base, attempt_prefix=base + "_attempt_")


def cookie_attributes(*, secure: bool) -> dict[str, str | bool]:
    """Return the attributes of every cookie: host-only, not for scripts, sent along when a link leads to the site."""
    return {"path": "/", "httponly": True, "samesite": "Lax", "secure": secure}
