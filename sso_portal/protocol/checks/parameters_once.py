"""No parameter twice, none that is not UTF-8 (RFC 6749, section 3.1)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError

from sso_portal.protocol.call import call_of


def check(request: Any) -> dict[str, Any]:
    """Refuse duplicated and undecodable parameters."""
    call = call_of(request)
    for name in sorted(call.duplicates):
        raise InvalidRequestError(description=f"{_printable(name)} was sent more than once.", request=request)
    for name in sorted(call.undecodable):
        raise InvalidRequestError(description=f"{_printable(name)} is not UTF-8.", request=request)
    return {}


def _printable(name: str) -> str:
    # error_description allows printable ASCII only, without quotation marks and backslashes (RFC 6749, 4.1.2.1).
    return "".join(letter for letter in name[:40] if letter.isascii() and (letter.isalnum() or letter in "_-."))
