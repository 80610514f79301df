"""Client assertions: a client proves itself by a JWT of its own (RFC 7523, section 3; OpenID Connect Core, section 9).

claims = assertion_claims("shop", sso.clock.now())
shop.exchange(code, client_secret=None, **assertion_fields(signed(claims, key)))
"""

from __future__ import annotations

from itertools import count
from typing import Any

from sso_testkit.clients.names import ASSERTION_TYPE, TOKEN_ENDPOINT

_numbers = count(1)


def assertion_claims(client_id: str, now: int, **changes: Any) -> dict[str, Any]:
    """The claims of a good assertion, with a ``jti`` of its own and good for a minute from ``now`` (in seconds);
    members are changed, added or left out (``None``)."""
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": TOKEN_ENDPOINT,
        "iat": now,
        "exp": now + 60,
        "jti": f"assertion {next(_numbers)}",
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def assertion_fields(assertion: str) -> dict[str, str]:
    """The parameters that carry an assertion (RFC 7523, section 2.2)."""
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
