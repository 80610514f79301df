"""Logout tokens as a forger makes them: right in everything but the signature (Back-Channel Logout section 2.6)."""

from __future__ import annotations

import json
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from sso_client.check.case import Case
from sso_client.hashing import base64url, new_secret
from sso_client.logout_token import EVENT

_LIFETIME_SECONDS = 120


def forged_logout_tokens(case: Case) -> dict[str, str]:
    """Return them by what is wrong with them. Whoever believes one ends a session that does not exist."""
    claims = _claims(case)
    header = {"typ": "logout+jwt", **({"kid": case.known.key_ids[0]} if case.known.key_ids else {})}
    signed = jwt.encode({**header, "alg": "ES256"}, claims, ECKey.generate_key("P-256"), algorithms=["ES256"])
    unsigned = f"{_part({**header, 'alg': 'none'})}.{_part(claims)}."
    return {"no token at all": "x", "an unsigned token": unsigned, "a token signed by somebody else": signed}


def _claims(case: Case) -> dict[str, Any]:
    now = case.clock.now()
    return {
        "iss": case.metadata.issuer,
        "aud": case.client_id,
        "iat": now,
        "exp": now + _LIFETIME_SECONDS,
        "jti": new_secret(),
        "sid": new_secret(),
        "events": {EVENT: {}},
    }


def _part(value: dict[str, Any]) -> str:
    return base64url(json.dumps(value).encode())
