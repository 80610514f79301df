"""``/o/logout/``: signing out, asked for by a person or by a site on her behalf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.protocol.end_session import PARAMETERS, SignOut, read_sign_out
from sso_portal.protocol.vocabulary import LOGOUT_PATH
from sso_portal.services.sessions import Account
from sso_portal.services.sign_outs import Receipt
from sso_portal.web.accounts import forget_accounts
from sso_portal.web.bridge import form_targets, person_call, see_other
from sso_portal.web.csrf import is_own_form
from sso_portal.web.oauth.receipt import receipt_page, receipts_of
from sso_portal.web.pages import page, say, shown_person, site_of
from sso_portal.web.sign_outs import receipt_path, tell_sites
from sso_portal.web.texts import STALE


def begin(request: Request) -> Response:
    """Ask, or sign out at once when the site proves that it speaks for this session; or show receipts."""
    values = request.query_form.values
    if "receipt" in values:
        receipts = receipts_of(request, values["receipt"])
        return receipt_page(request, *receipts) if receipts else _signed_out_page(request, _read(request, values))
    return _begin(request, values)


def answer(request: Request) -> Response:
    """The confirmation comes back, or a site asked by POST (RP-Initiated Logout 1.0, section 2)."""
    values = request.body_form.values
    if "decision" not in values:
        return _begin(request, values)
    wish = _read(request, values)
    if not is_own_form(request):
        return _confirmation(request, wish, values, problem=STALE)
    if values["decision"] == "sign_out_all":
        return _sign_out(request, wish, request.accounts.living, values)
    if values["decision"] != "sign_out":
        home = wish.client.metadata["client_uri"] if wish.client else ""
        return see_other(request, home or "/")
    # Whom the page was about, whoever is the current one by now; should she be signed out already, nobody else is.
    meant = request.accounts.find(values["account"]) if "account" in values else wish.account
    return _sign_out(request, wish, [meant] if meant is not None and meant.is_living else [], values)


def _read(request: Request, values: Mapping[str, str]) -> SignOut:
    accounts = request.accounts
    return read_sign_out(values, person_call(request), accounts.living, accounts.current)


def _begin(request: Request, values: Mapping[str, str]) -> Response:
    wish = _read(request, values)
    if wish.account is None:
        return see_other(request, wish.continue_to) if wish.continue_to else _signed_out_page(request, wish)
    if wish.confirmed:
        return _sign_out(request, wish, [wish.account], values)
    return _confirmation(request, wish, values)


def _sign_out(request: Request, wish: SignOut, accounts: Sequence[Account], values: Mapping[str, str]) -> Response:
    sids = [account.session.sid for account in accounts]
    receipts = _end(request, sids, wish)
    if wish.continue_to and not any(_is_news(receipt, wish) for receipt in receipts):
        target = wish.continue_to
    elif receipts:
        target = receipt_path(*receipts, ui_locales=values.get("ui_locales", ""))
    else:
        # Signed out already. Whoever else is signed in in this browser is not asked about it.
        kept = {name: values[name] for name in ("client_id", "ui_locales") if name in values}
        target = f"{LOGOUT_PATH}?{urlencode({'receipt': 'none', **kept})}"
    response = see_other(request, target)
    forget_accounts(request, response, sids)
    return response


def _end(request: Request, sids: Sequence[str], wish: SignOut) -> list[Receipt]:
    client_id = wish.client.client_id if wish.client else None
    ended = [
        request.unit.sign_outs.end(sid, "signed_out", client_id=client_id, continue_to=wish.continue_to)
        # Always in the same order, so that two who do this do not wait for one another.
        for sid in sorted(sids)
    ]
    receipts = [receipt for receipt in ended if receipt is not None]
    if receipts:
        tell_sites(request, *receipts)
    return receipts


def _is_news(receipt: Receipt, wish: SignOut) -> bool:
    """Whether there is something to tell: a site that was the only one, and asked for this itself, wants her back."""
    asking = wish.client.client_id if wish.client and wish.continue_to else None
    return any(notice.client_id != asking for notice in receipt.notices)


def _confirmation(request: Request, wish: SignOut, values: Mapping[str, str], problem: Any = None) -> Response:
    if wish.account is None:
        return _signed_out_page(request, wish)
    kept = {name: values[name] for name in PARAMETERS if name in values}
    return page(
        request,
        "sign_out",
        here=f"{LOGOUT_PATH}?{urlencode(kept)}",
        form_targets=form_targets(wish.client),
        action=LOGOUT_PATH,
        fields=[*kept.items(), ("account", wish.account.session.sid)],
        person=shown_person(wish.account.user),
        others=[_other(account, wish, kept) for account in request.accounts.living if account is not wish.account],
        site=site_of(request, wish.client),
        problem={"kind": "stale", "text": say(request, problem)} if problem else None,
    )


def _other(account: Account, wish: SignOut, kept: Mapping[str, str]) -> dict[str, str]:
    """Somebody else of this browser, and the address of the page that is about her."""
    asked = {**kept, "client_id": wish.client.client_id if wish.client else "", "logout_hint": account.session.sid}
    # Not the proof of who was meant before.
    instead = urlencode({name: value for name, value in asked.items() if value and name != "id_token_hint"})
    return {**shown_person(account.user), "url": f"{LOGOUT_PATH}?{instead}"}


def _signed_out_page(request: Request, wish: SignOut | None) -> Response:
    site = site_of(request, wish.client) if wish else None
    return page(request, "signed_out", site=site, continue_url=site["url"] if site else "")
