"""``dpop_jkt`` names a key (RFC 9449, section 10)."""

from __future__ import annotations

from typing import Any

from sso_portal.protocol.sender_constraints import named_key


def check(request: Any) -> dict[str, Any]:
    """Refuse what no proof could ever match."""
    named_key(request)
    return {}
