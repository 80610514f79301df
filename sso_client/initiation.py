"""Sign-ins that somebody else begins, such as the portal's own list of sites (OpenID Connect Core, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from sso_client.errors import IssuerMixedUp
from sso_client.urls import local_path, origin

LONGEST_HINT = 320
"""A name or an e-mail address fits; the hint travels in the address of the authorization request."""

LONGEST_FORM = 4096
"""Bytes of a form that are looked at: three short fields."""


@dataclass(frozen=True, slots=True)
class Initiation:
    """Where the person is to arrive, and who the other side thinks she is."""

    next_path: str
    login_hint: str = ""


def read_initiation(parameters: str, *, issuer: str, root: str, home: str) -> Initiation:
    """What a link to the sign-in page asks for: our own `next`, or `iss`, `target_link_uri` and `login_hint` of others.

    root: the site's own address.   home: where to arrive when nothing usable is said.
    Raises IssuerMixedUp when `iss` names another portal than the site's: nobody is sent there.
    """
    asked = dict(parse_qsl(parameters, errors="replace"))
    if asked.get("iss", issuer) != issuer:
        raise IssuerMixedUp("a link asked to sign in at another issuer")
    return Initiation(_next_path(asked, root, home), _hint(asked))


def _next_path(asked: Mapping[str, str], root: str, home: str) -> str:
    target = asked.get("target_link_uri", "")
    # Only our own pages: the link comes from anywhere, and must not send people anywhere (section 4).
    if target:
        return local_path(_path_below(target, root), home)
    return local_path(asked.get("next", ""), home)


def _path_below(target: str, root: str) -> str | None:
    try:
        parts = urlsplit(target)
        return parts._replace(scheme="", netloc="", fragment="").geturl() if origin(target) == origin(root) else None
    except ValueError:
        return None


def _hint(asked: Mapping[str, str]) -> str:
    hint = asked.get("login_hint", "") if "iss" in asked else ""
    return hint if len(hint) <= LONGEST_HINT and hint.isprintable() else ""
