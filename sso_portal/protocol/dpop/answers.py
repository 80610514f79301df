"""What answers tell a client that uses DPoP."""

from __future__ import annotations

from dataclasses import replace

from sso_portal.base.client_jose import VERIFICATION_ALGORITHMS
from sso_portal.protocol.answers import JsonAnswer
from sso_portal.protocol.call import Call
from sso_portal.protocol.dpop.proving import DPOP_ERRORS

DPOP_CHALLENGE = f'DPoP realm="sso-portal", algs="{" ".join(VERIFICATION_ALGORITHMS)}"'
"""In ``WWW-Authenticate``: that proofs are understood, and how they may be signed (RFC 9449, section 7.1)."""


def with_nonce(answer: JsonAnswer, call: Call) -> JsonAnswer:
    """``answer`` with the nonce for the next proof, if the client proves itself or has to (RFC 9449, section 8.2)."""
    if not call.dpop_proofs and answer.error not in DPOP_ERRORS:
        return answer
    return replace(answer, headers={**answer.headers, "DPoP-Nonce": call.services.dpop_nonces.fresh()})
