"""id_tokens that come back as hints about who is meant."""

from __future__ import annotations

from sso_portal.base.client_jose import MAXIMUM_LENGTH, header_of
from sso_portal.base.jose import verified_claims
from sso_portal.protocol.call import Call


def hinted_claims(token: str, call: Call) -> dict[str, object] | None:
    """The claims of an id_token that this portal issued, however old, else ``None``.

    An expired one is as good a hint as a fresh one (OpenID Connect RP-Initiated Logout 1.0, section 4).
    """
    if len(token) > MAXIMUM_LENGTH:
        return None
    claims = verified_claims(token, call.services.keys.verifying())
    if claims is None or claims.get("iss") != call.issuer:
        return None
    # The portal signs other things too, which must not be taken for id_tokens (RFC 8725, section 3.11).
    return claims if header_of(token).get("typ") == "JWT" else None


def hinted_subject(token: str, call: Call) -> str | None:
    """Whom an id_token speaks of, as its client knows her."""
    claims = hinted_claims(token, call)
    subject = claims.get("sub") if claims else None
    return subject if isinstance(subject, str) else None
