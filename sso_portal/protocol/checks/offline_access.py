"""``offline_access`` needs a code (OpenID Connect Core, section 11)."""

from __future__ import annotations

from typing import Any

_SCOPE = "offline_access"


def check(request: Any) -> dict[str, Any]:
    """Leave the scope aside where no code is answered: nothing that lasts comes of such a request, so nobody is asked
    about it."""
    if "code" not in request.response_type.split():
        request.scopes = [scope for scope in request.scopes if scope != _SCOPE]
    return {}
