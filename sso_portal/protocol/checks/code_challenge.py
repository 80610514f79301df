"""``code_challenge`` is an S256 challenge (RFC 7636, section 4.2) and ``nonce`` of a sane size."""

from __future__ import annotations

import re
from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError

_S256 = re.compile(r"[A-Za-z0-9_-]{43}")
_MAXIMUM = 1000


def check(request: Any) -> dict[str, Any]:
    """Refuse a challenge that no verifier can ever match, and a nonce or state that nobody needs to be so long."""
    if request.code_challenge is not None and not _S256.fullmatch(request.code_challenge):
        raise InvalidRequestError(
            description="code_challenge is not an S256 challenge: 43 characters of base64url.", request=request
        )
    if request.nonce is not None and len(request.nonce) > _MAXIMUM:
        raise InvalidRequestError(description=f"nonce is longer than {_MAXIMUM} characters.", request=request)
    return {}
