"""``/account/sites``: what each site may know and do, and how a person takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.urls import quote_next
from sso_portal.protocol.vocabulary import ACCOUNT_SITES_PATH, LOGIN_PATH
from sso_portal.services.site_access import SiteAccess
from sso_portal.web.account.site_cards import site_card
from sso_portal.web.account.site_notes import note_of, removed_path
from sso_portal.web.bridge import see_other
from sso_portal.web.csrf import is_own_form
from sso_portal.web.pages import page, say
from sso_portal.web.sign_outs import tell_sites
from sso_portal.web.texts import STALE

_ = TranslationStringFactory("sso_portal")

_MOST_SITES = 100
_SEARCH_FROM = 10
_LONGEST_SEARCH = 100


def show(request: Request) -> Response:
    """The list, or the question whether one site is meant."""
    if request.signed_in is None:
        return _to_sign_in(request)
    name = request.query_form.values.get("remove")
    return _list(request) if name is None else _question(request, name)


def answer(request: Request) -> Response:
    """Take back what a site has; what it has not got already stays as it is."""
    form = request.body_form
    if request.signed_in is None:
        return _to_sign_in(request)
    name = form.values.get("remove", "")
    if not is_own_form(request):
        return _question(request, name, {"kind": "stale", "text": say(request, STALE)})
    if "remove" in form.duplicates or request.unit.clients.find(name) is None:
        return see_other(request, ACCOUNT_SITES_PATH)
    receipts = request.unit.site_accesses.withdraw(request.signed_in[1], name)
    if receipts:
        tell_sites(request, *receipts)
    return see_other(request, removed_path(name, receipts or ()))


def _to_sign_in(request: Request) -> Response:
    return see_other(request, f"{LOGIN_PATH}?next={quote_next(ACCOUNT_SITES_PATH)}")


def _list(request: Request) -> Response:
    accesses: Sequence[SiteAccess] = request.unit.site_accesses.of(request.signed_in[1])
    wanted = request.query_form.values.get("q", "")[:_LONGEST_SEARCH]
    found = [access for access in accesses if _is_wanted(request, access, wanted)]
    shown = found[:_MOST_SITES]
    return page(
        request,
        "sites",
        here=ACCOUNT_SITES_PATH,
        removable=[site_card(request, access) for access in shown if access.is_removable],
        company=[site_card(request, access) for access in shown if not access.is_removable],
        further=len(found) - len(shown),
        q=wanted,
        show_search=len(accesses) >= _SEARCH_FROM,
        note=note_of(request, accesses),
    )


def _is_wanted(request: Request, access: SiteAccess, wanted: str) -> bool:
    client = access.client
    return wanted.casefold() in f"{client.name(request.locale_name)} {client.host}".casefold()


def _question(request: Request, name: str, problem: dict[str, str] | None = None) -> Response:
    accesses: Sequence[SiteAccess] = request.unit.site_accesses.of(request.signed_in[1])
    found = [access for access in accesses if access.client.client_id == name and access.is_removable]
    if not found:
        return see_other(request, ACCOUNT_SITES_PATH)
    card: dict[str, Any] = site_card(request, found[0])
    seconds = request.portal.settings.tokens.jwt_access_seconds
    return page(
        request,
        "sites_remove",
        here=f"{ACCOUNT_SITES_PATH}?remove={name}",
        card=card,
        minutes=-(-seconds // 60),
        problem=problem,
    )
