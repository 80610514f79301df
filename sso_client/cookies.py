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
    """The names for one site under one scheme.

    `attempt_prefix` is followed by a hash of the attempt's state, `form_prefix` by the id of a form that is kept.
    """

    session: str
    attempt_prefix: str
    form_prefix: str


def cookie_names(client_id: str, *, secure: bool) -> CookieNames:
    """Return the names of the cookies of the site `client_id`; `secure`: the site is visited over https."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", client_id)
    if safe != client_id:  # two client_ids must not become one name
        safe += "_" + hashed(client_id)[:8]
    base = ("__Host-" if secure else "") + "sso_" + safe
    return CookieNames(session=base, attempt_prefix=base + "_attempt_", form_prefix=base + "_form_")


def cookie_attributes(*, secure: bool) -> dict[str, str | bool]:
    """Return the attributes of every cookie: host-only, not for scripts, sent along when a link leads to the site."""
    return {"path": "/", "httponly": True, "samesite": "Lax", "secure": secure}


def read_cookies(header: str) -> dict[str, str]:
    """Return the cookies in a Cookie header (RFC 6265 section 4.2.1); of two with one name, the first.

    What other applications on the host have set may be anything; what is not plain ASCII is passed over, so that their
    garbage does not take ours with it.
    """
    cookies: dict[str, str] = {}
    for part in header.split(";"):
        name, separator, value = part.strip().partition("=")
        if separator and name and part.isascii():
            quoted = len(value) > 1 and value[0] == value[-1] == '"'
            cookies.setdefault(name, value[1:-1] if quoted else value)
    return cookies
