"""The header ``Idempotency-Key``: a request that is sent twice creates one thing."""

from __future__ import annotations

import re

from pyramid.request import Request

from demo_sites.common.api.problems import Problem


def key_of(request: Request) -> str:
    """The key of the request, "" for none. Raises Problem."""
    key = str(request.headers.get("Idempotency-Key", "")).strip('" ')
    if not re.fullmatch(r"[A-Za-z0-9._~:+/=-]{0,128}", key):
        raise Problem(400, "Idempotency-Key has to be at most 128 letters, digits and . _ ~ : + / = -")
    return key


def taken_key() -> Problem:
    """The key was used for something else, or what it created is gone."""
    return Problem(422, "This Idempotency-Key was used for another request.")
