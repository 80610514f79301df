"""Calls of an API from a site's server, with the token of the person who is signed in."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pyramid.request import Request

API_URL = "demo.api_url"
"""The setting that tells where the API of a site is."""

OK = "ok"
REFUSED = "refused"
AWAY = "away"

_STATES = {200: OK, 201: OK, 403: REFUSED, 422: "wrong"}

log = logging.getLogger("demo_sites.api_calls")


@dataclass(frozen=True)
class Answer:
    """What an API has said.

    state: ``ok``; ``refused``: the token does not reach so far; ``wrong``: what was sent is not right; ``away``: there
    is no usable answer, whatever the reason.   body: of the answer, empty unless it is ``ok``.   scope: what a token
    would have to be given for, if it was refused.
    """

    state: str
    body: Mapping[str, Any] = field(default_factory=dict)
    scope: str = ""


def has_api(request: Request) -> bool:
    """Whether the site has been told of an API."""
    return bool(request.registry.settings.get(API_URL))


def ask_api(request: Request, method: str, path: str, **options: Any) -> Answer:
    """Call the site's API for the person signed in; ``options`` are those of ``requests`` (``json``, ``params``, …).

    Raises SignInRequired when her sign-in has ended meanwhile, and PortalUnavailable when her token has run out and the
    portal gives no new one just now. The kit answers both if a view lets them through.
    """
    url = str(request.registry.settings[API_URL]).rstrip("/") + path
    try:
        with request.sso.api() as session:
            said = session.request(method, url, allow_redirects=False, **options)
            state = _STATES.get(said.status_code, AWAY)
            body = said.json() if state != AWAY else {}
    except (OSError, ValueError) as problem:  # requests' own errors are OSErrors
        log.warning("%s %s gave no answer: %s", method, path, type(problem).__name__)
        return Answer(AWAY)
    if state != OK:
        log.warning("%s %s was answered %s", method, path, said.status_code)
    if not isinstance(body, dict):
        return Answer(AWAY)
    scope = body.get("scope") if state == REFUSED else ""
    return Answer(state, body if state == OK else {}, scope if isinstance(scope, str) else "")
