"""What the page of devices says after something was ended there. Its address carries no more than receipts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request

from sso_portal.protocol.vocabulary import ACCOUNT_DEVICES_PATH
from sso_portal.services.sessions import Session
from sso_portal.services.sign_outs import SITE_ENDED, Receipt
from sso_portal.web.account.device_names import device_name
from sso_portal.web.oauth.receipt import MOST, receipts_of
from sso_portal.web.pages import say
from sso_portal.web.sign_outs import receipt_path

_ = TranslationStringFactory("sso_portal")

_GONE = "gone"
_TELLABLE = ("waiting", "signed_out", "given_up")
"""The states of notices to sites that can confirm them."""


def done_path(receipts: Sequence[Receipt]) -> str:
    """The page of devices after sign-outs; of many it shows those whose sites have still to answer."""
    first = sorted(receipts, key=lambda receipt: receipt.is_settled)[:MOST]
    return f"{ACCOUNT_DEVICES_PATH}?{urlencode({'done': '.'.join(receipt.number for receipt in first)})}"


def gone_path() -> str:
    """The page of devices when there was nothing left to be ended."""
    return f"{ACCOUNT_DEVICES_PATH}?{urlencode({'done': _GONE})}"


def note_of(request: Request, going_on: Sequence[Session], over: Sequence[Session]) -> dict[str, Any] | None:
    """What the address of this request says was done, when it is true and was done for this person."""
    done = request.query_form.values.get("done", "")
    if done == _GONE:
        return {"text": say(request, _("That was signed out already; nothing has changed."))}
    user = request.signed_in[1]
    receipts = [receipt for receipt in receipts_of(request, done) if receipt.sign_out.user_id == user.id]
    if not receipts:
        return None
    return {
        "text": _said(request, receipts, [*going_on, *over]),
        "confirmed": confirmation(request, receipts),
        "url": receipt_path(*receipts) if any(receipt.notices for receipt in receipts) else "",
    }


def confirmation(request: Request, receipts: Sequence[Receipt]) -> str:
    """How many of the sites that can confirm it have done so; empty when there are none."""
    notices = [notice for receipt in receipts for notice in receipt.notices if notice.state in _TELLABLE]
    confirmed = sum(notice.state == "signed_out" for notice in notices)
    text = _("${done} of ${count} sites have confirmed it.")
    return say(request, text, done=confirmed, count=len(notices)) if notices else ""


def _said(request: Request, receipts: Sequence[Receipt], sessions: Sequence[Session]) -> str:
    sign_out = receipts[0].sign_out
    if len(receipts) > 1:
        at_once = [s for s in sessions if (s.ended_at, s.ended_because) == (sign_out.created_at, sign_out.because)]
        return say(request, _("Signed out on ${count} other devices."), count=max(len(at_once), len(receipts)))
    found = next((session for session in sessions if session.sid == sign_out.sid), None)
    device = device_name(request, found.user_agent if found is not None else "")
    if sign_out.because != SITE_ENDED:
        return say(request, _("Signed out on ${device}."), device=device)
    client = request.unit.clients.find(sign_out.client_id)
    site = client.name(request.locale_name) if client is not None else sign_out.client_id
    return say(request, _("Signed out of ${site} on ${device}."), site=site, device=device)
