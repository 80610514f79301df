"""What the page of sites says after a site's access was removed. Its address names the site and receipts, no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request

from sso_portal.protocol.vocabulary import ACCOUNT_SITES_PATH
from sso_portal.services.sign_outs import Receipt
from sso_portal.services.site_access import SiteAccess
from sso_portal.web.account.device_notes import confirmation
from sso_portal.web.oauth.receipt import MOST, receipts_of
from sso_portal.web.pages import say
from sso_portal.web.sign_outs import receipt_path

_ = TranslationStringFactory("sso_portal")


def removed_path(client_id: str, receipts: Sequence[Receipt]) -> str:
    """The page of sites after one has lost its access."""
    numbers = ".".join(receipt.number for receipt in receipts[:MOST])
    return f"{ACCOUNT_SITES_PATH}?{urlencode({'removed': client_id, **({'done': numbers} if numbers else {})})}"


def note_of(request: Request, accesses: Sequence[SiteAccess]) -> dict[str, Any] | None:
    """What the address of this request says was done, when it is true at this moment."""
    name = request.query_form.values.get("removed")
    client = request.unit.clients.find(name) if name else None
    if client is None or client.consent == "silent" or any(access.client.client_id == name for access in accesses):
        return None
    done, user = request.query_form.values.get("done", ""), request.signed_in[1]
    receipts = [receipt for receipt in receipts_of(request, done) if receipt.sign_out.user_id == user.id]
    site = client.name(request.locale_name)
    said = _("${site} has no access any more. If you want it back, sign in there and agree.")
    return {
        "text": say(request, said, site=site),
        "confirmed": confirmation(request, receipts),
        "url": receipt_path(*receipts) if any(receipt.notices for receipt in receipts) else "",
    }
