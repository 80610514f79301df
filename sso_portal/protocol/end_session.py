"""Signing out on a site's behalf (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sso_portal.base.jose import verified_claims
from sso_portal.base.urls import add_query
from sso_portal.protocol.call import Call
from sso_portal.services.clients import Client

PARAMETERS = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales", "logout_hint")


@dataclass(frozen=True)
class SignOut:
    """What a sign-out request means.

    ``confirmed`` says that the id_token proves the site speaks for this very session, so nobody need be asked.
    ``continue_to`` is where the person goes afterwards, if it is registered; ``problem`` names what was ignored.
    """

    client: Client | None
    continue_to: str | None
    confirmed: bool
    problem: str | None = None


def read_sign_out(values: Mapping[str, str], call: Call) -> SignOut:
    """Understand a sign-out request; nothing in it can do harm, so faults are noted, not raised."""
    hint = _hint_claims(values.get("id_token_hint"), call)
    audience = hint.get("aud") if hint else None
    client_id = values.get("client_id") or (audience if isinstance(audience, str) else None)
    client = call.services.clients.find(client_id)
    if hint is not None and audience != client_id:
        # Whoever names another site than the id_token does speaks for nobody (section 2).
        hint = None
    uri = values.get("post_logout_redirect_uri")
    if uri is not None and (client is None or not client.allows_post_logout_redirect_uri(uri)):
        return SignOut(client, None, confirmed=_speaks_for(hint, call), problem="post_logout_redirect_uri")
    state = values.get("state")
    continue_to = add_query(uri, [("state", state)]) if uri is not None and state else uri
    return SignOut(client, continue_to, confirmed=_speaks_for(hint, call))


def _hint_claims(token: str | None, call: Call) -> dict[str, object] | None:
    # An expired id_token is as good a hint as a fresh one (RP-Initiated Logout 1.0, section 4).
    claims = verified_claims(token, call.services.keys.verifying()) if token else None
    return claims if claims is not None and claims.get("iss") == call.issuer else None


def _speaks_for(hint: Mapping[str, object] | None, call: Call) -> bool:
    return hint is not None and call.session is not None and hint.get("sid") == call.session.sid
