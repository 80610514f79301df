"""Tokens that are bound to a key work together with that key only (RFC 9449 section 7, RFC 7800)."""

from __future__ import annotations

from typing import Any

from sso_client.guard.access import Access
from sso_client.guard.presented import Presented
from sso_client.guard.proofs import Proofs
from sso_client.guard.refusal import Refused
from sso_client.signed_token import TokenFault


def check_binding(access: Access, brought: Presented, environ: dict[str, Any], proofs: Proofs) -> None:
    """Check that who sends a bound token may; a token that is not bound needs nothing.

    Raises Refused, or PortalUnavailable when no more proofs can be remembered.
    """
    bound = access.claims.get("cnf")
    if bound is None:
        if brought.scheme == "DPoP":
            raise Refused(401, "invalid_token", "The token is not bound to a key; send it as Bearer.", scheme="DPoP")
        return
    # A way of binding that is not understood must not be passed over.
    if not isinstance(bound, dict) or set(bound) != {"jkt"}:
        raise Refused(401, "invalid_token", "The token is bound in a way that this API cannot check.", scheme="Bearer")
    if brought.scheme != "DPoP":
        raise Refused(401, "invalid_token", "The token is bound to a key; send it as DPoP, with a proof.")
    try:
        key = proofs.proved_key(environ, brought.token)
    except TokenFault as fault:
        raise Refused(401, "invalid_dpop_proof", f"DPoP proof, {fault.check}: {fault.reason}.", scheme="DPoP") from None
    if key != bound["jkt"]:
        raise Refused(401, "invalid_token", "The token is bound to another key.", scheme="DPoP")
