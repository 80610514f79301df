"""Which of the people who are signed in in one browser is meant by a request of a site.

Each site keeps the person it was given, whoever is the current one elsewhere, until she is asked or it names another.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sso_portal.base.forms import Form
from sso_portal.protocol.call import Call
from sso_portal.protocol.id_token_hints import hinted_claims
from sso_portal.services.claims_request import parse_claims
from sso_portal.services.clients import Client
from sso_portal.services.person_checks import username_key
from sso_portal.services.sessions import Account


def choose_account(
    request: Form, accounts: Sequence[Account], current: Account | None, call: Call, *, chosen: str | None
) -> Account | None:
    """Who answers an authorization request: the session ``chosen`` for it, the one that its hints name, the one that
    the client takes part in, else the current one. ``None``: nobody, without being asked."""
    client = call.services.clients.find(request.values.get("client_id"))
    if client is None or not accounts:
        return current
    return (
        _with_sid(accounts, chosen)
        or _hinted(request, accounts, client, call)
        or named_account(accounts, request.values.get("login_hint", ""))
        or _taking_part(accounts, client, call)
        or current
    )


def named_account(accounts: Sequence[Account], name: str) -> Account | None:
    """The only one of the people with this user name or e-mail address."""
    if not name:
        return None
    key = username_key(name)
    for field in ("username", "email"):
        found = [account for account in accounts if username_key(getattr(account.user, field)) == key]
        if len(found) == 1:
            return found[0]
    return None


def subject_account(accounts: Sequence[Account], subject: object, client: Client, call: Call) -> Account | None:
    """The one whom a client knows by this ``sub``."""
    subjects = call.services.subjects
    return next((account for account in accounts if subjects.of(account.user, client) == subject), None)


def _with_sid(accounts: Sequence[Account], sid: object) -> Account | None:
    return next((account for account in accounts if account.session.sid == sid), None)


def _hinted(request: Form, accounts: Sequence[Account], client: Client, call: Call) -> Account | None:
    """Whom ``id_token_hint`` or ``claims`` names (OpenID Connect Core, sections 3.1.2.1 and 5.5.1)."""
    token = request.values.get("id_token_hint")
    hint = (hinted_claims(token, call) if token else None) or {}
    return (
        _with_sid(accounts, hint.get("sid"))
        or subject_account(accounts, hint.get("sub"), client, call)
        or subject_account(accounts, _claimed_subject(request), client, call)
    )


def _claimed_subject(request: Form) -> str | None:
    try:
        return parse_claims(json.loads(request.values.get("claims", "{}"))).subject
    except (ValueError, RecursionError):
        # What is wrong with it is said where the request is checked.
        return None


def _taking_part(accounts: Sequence[Account], client: Client, call: Call) -> Account | None:
    """The one who used this client last."""
    used = call.services.sessions.used_by(client.client_id, [account.session.sid for account in accounts])
    return _with_sid(accounts, used[0].sid) if used else None
