"""Signing out on a site's behalf (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sso_portal.base.urls import add_query
from sso_portal.protocol.account_choice import named_account, subject_account
from sso_portal.protocol.call import Call
from sso_portal.protocol.id_token_hints import hinted_claims
from sso_portal.services.clients import Client
from sso_portal.services.sessions import Account

PARAMETERS = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales", "logout_hint")


@dataclass(frozen=True)
class SignOut:
    """What a sign-out request means.

    ``account`` is the one of the browser's people who is meant; ``None``: nobody who is signed in. ``confirmed`` says
    that the id_token proves the site speaks for her very session, so nobody need be asked. ``continue_to`` is where the
    person goes afterwards, if it is registered; ``problem`` names what was ignored.
    """

    client: Client | None
    continue_to: str | None
    account: Account | None
    confirmed: bool
    problem: str | None = None


def read_sign_out(
    values: Mapping[str, str], call: Call, accounts: Sequence[Account], current: Account | None
) -> SignOut:
    """Understand a sign-out request in a browser in which these people are signed in; nothing in it can do harm, so
    faults are noted, not raised."""
    token = values.get("id_token_hint")
    hint = hinted_claims(token, call) if token else None
    audience = hint.get("aud") if hint else None
    client_id = values.get("client_id") or (audience if isinstance(audience, str) else None)
    client = call.services.clients.find(client_id)
    if hint is not None and audience != client_id:
        # Whoever names another site than the id_token does speaks for nobody (section 2).
        hint = None
    proved = next((one for one in accounts if hint is not None and one.session.sid == hint.get("sid")), None)
    account = proved or _named(values.get("logout_hint", ""), hint, client, accounts, call) or current
    if account is None and client is None:
        # A person asks by herself, and whoever is there last may be meant.
        account = next(iter(accounts), None)
    uri = values.get("post_logout_redirect_uri")
    if uri is not None and (client is None or not client.allows_post_logout_redirect_uri(uri)):
        return SignOut(client, None, account, confirmed=proved is not None, problem="post_logout_redirect_uri")
    state = values.get("state")
    continue_to = add_query(uri, [("state", state)]) if uri is not None and state else uri
    return SignOut(client, continue_to, account, confirmed=proved is not None)


def _named(
    name: str, hint: Mapping[str, object] | None, client: Client | None, accounts: Sequence[Account], call: Call
) -> Account | None:
    """Whom ``logout_hint`` names (section 2), or whom the id_token speaks of, should her session be another one now."""
    for account in accounts:
        if name and account.session.sid == name:
            return account
    named = named_account(accounts, name)
    if named is not None or client is None:
        return named
    subjects = [subject for subject in (name, hint.get("sub") if hint is not None else None) if subject]
    found = [subject_account(accounts, subject, client, call) for subject in subjects]
    return next((account for account in found if account is not None), None)
