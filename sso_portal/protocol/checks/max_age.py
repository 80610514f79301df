"""``max_age`` is a whole number of seconds (OpenID Connect Core, section 3.1.2.1)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError

_MAXIMUM_DIGITS = 10


def check(request: Any) -> dict[str, Any]:
    """Refuse anything but digits."""
    value = request.max_age
    if value is not None and not (value.isascii() and value.isdigit() and len(value) <= _MAXIMUM_DIGITS):
        raise InvalidRequestError(description="max_age is a whole number of seconds.", request=request)
    return {}
