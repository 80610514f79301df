"""Which key does this request prove to have?"""

from __future__ import annotations

import json

from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from sso_portal.base.client_jose import VERIFICATION_ALGORITHMS, BadToken
from sso_portal.protocol.call import Call
from sso_portal.protocol.dpop.proofs import Proof, read_proof
from sso_portal.services.profiles import algorithms_for


class InvalidDpopProof(OAuth2Error):
    """The proof is not acceptable, or missing where there has to be one (RFC 9449, section 5)."""

    error = "invalid_dpop_proof"


class UseDpopNonce(OAuth2Error):
    """The proof has no nonce of ours that is fresh; the answer brings one (RFC 9449, section 8)."""

    error = "use_dpop_nonce"


DPOP_ERRORS = (InvalidDpopProof.error, UseDpopNonce.error)


def proved_key(call: Call, endpoint: str, access_token: str | None = None) -> str | None:
    """The thumbprint of the key (RFC 7638), or ``None`` for a request without a proof; raises oauthlib errors.

    ``endpoint`` is the address that was called, as the portal itself knows it. Asked before the request's transaction
    has written anything: that a proof was used is noted in a transaction of its own.
    """
    if not call.dpop_proofs:
        return None
    try:
        if len(call.dpop_proofs) > 1:
            raise BadToken("there are several; a request has one proof.")
        address = endpoint.partition("?")[0].rstrip("/")
        proof = read_proof(
            call.dpop_proofs[0],
            method=call.method,
            addresses=(f"{address}/", address),
            now=call.clock.now(),
            access_token=access_token,
            algorithms=_algorithms(call),
        )
        _check_nonce(call, proof)
        # Last: a proof that is not acceptable uses nothing up.
        if not call.services.once.first_use("dpop", json.dumps([proof.key, proof.identifier]), proof.over_at):
            raise BadToken("its jti was used before; every request needs a proof of its own.")
    except BadToken as error:
        call.find("dpop_proof", problem=str(error))
        raise InvalidDpopProof(description=f"DPoP proof: {error}") from None
    return proof.key


def _algorithms(call: Call) -> tuple[str, ...]:
    known = VERIFICATION_ALGORITHMS
    return algorithms_for(call.client.metadata, known) if call.client is not None else tuple(known)


def _check_nonce(call: Call, proof: Proof) -> None:
    nonces = call.services.dpop_nonces
    if proof.nonce is None and not nonces.required:
        return
    if proof.nonce is None or not nonces.is_good(proof.nonce):
        call.find("dpop_nonce")
        raise UseDpopNonce(description="DPoP proof: its nonce has to be the one in the header DPoP-Nonce.")
