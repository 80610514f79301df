"""The portal as the relying party of sites that cannot be changed: it asks itself by the ordinary code flow, with PKCE
(RFC 6749, section 4.1; RFC 7636), so that consent, sessions and sign-out are those of every other site."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from sso_portal.base.hashing import s256
from sso_portal.protocol.call import Call
from sso_portal.protocol.vocabulary import AUTHORIZE_PATH
from sso_portal.services.claims import claims_of
from sso_portal.services.clients import Client
from sso_portal.services.protected_sites import IDENTITY, ProtectedSite
from sso_portal.services.site_sign_ins import SiteSignIn
from sso_portal.services.tokens import Code

_SCOPES = ("openid", "profile", "email", "roles")
"""What the headers are made of, as far as the client is registered for it."""


def authorization_url(call: Call, client: Client, site: ProtectedSite, *, verifier: str, state: str) -> str:
    """Where the browser goes to sign in; ``verifier`` stays in a cookie on the site's own host."""
    request = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": site.redirect_uri,
        "scope": " ".join(scope for scope in _SCOPES if scope in client.scopes),
        "state": state,
        "code_challenge": s256(verifier),
        "code_challenge_method": "S256",
    }
    return f"{call.issuer}{AUTHORIZE_PATH}?{urlencode(request)}"


def redeem(call: Call, client: Client, site: ProtectedSite, *, code: str, verifier: str) -> str | None:
    """Sign the person in at the site by a code that came back; answers the value of the site's cookie, or ``None``
    when the code is no good, and then ``call`` knows why."""
    call.client, call.code = client, call.services.tokens.find_code(code)
    check = _fault(call, call.code, client, site, verifier)
    if check is None and call.code is not None:
        call.session = call.services.sessions.get(call.code.sid)
        if call.session is not None and call.services.tokens.consume_code(call.code):
            return call.services.site_sign_ins.begin(call.code, call.session)
    call.find(check or "session_over")
    return None


def _fault(call: Call, code: Code | None, client: Client, site: ProtectedSite, verifier: str) -> str | None:
    if code is None:
        return "code_unknown"
    call.family_id = code.family_id
    checks = (
        ("code_of_other_client", code.client_id != client.client_id),
        ("redirect_uri_differs", code.redirect_uri != site.redirect_uri),
        ("code_verifier_mismatch", code.code_challenge != s256(verifier)),
        # Only the browser that began comes so far: whoever shows a code again has loaded the page again.
        ("code_used", code.consumed_at is not None),
        ("code_expired", call.services.tokens.is_expired(code)),
    )
    return next((check for check, is_so in checks if is_so), None)


def identity(call: Call, client: Client, site: ProtectedSite, sign_in: SiteSignIn | None) -> dict[str, str]:
    """What the site is told, by :data:`IDENTITY`: always every member, so that none can be forged where it is missing.

    Who did not let the site know her name is known to it by her subject identifier.
    """
    if sign_in is None:
        return dict.fromkeys(IDENTITY, "")
    claims = claims_of(sign_in.user, sign_in.scope.split())
    told = {
        "user": claims.get("preferred_username") or call.services.subjects.of(sign_in.user, client),
        "name": claims.get("name", ""),
        "email": claims.get("email", ""),
        "groups": _joined(claims.get("roles", ())),
    }
    return {member: told[member] if member in site.headers else "" for member in IDENTITY}


def _joined(roles: Iterable[str]) -> str:
    # One with a comma in it would be two.
    return ",".join(role for role in roles if "," not in role)
