"""The receipt of a sign-out: which sites have confirmed it. A page for the person, and the same as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.urls import add_query, origin
from sso_portal.protocol.answers import JsonAnswer, refusal
from sso_portal.services.sign_outs import SITE_ENDED, LogoutNotice, Receipt
from sso_portal.web.bridge import json_response
from sso_portal.web.cookies import MAXIMUM_OTHERS
from sso_portal.web.pages import page, say, site_of
from sso_portal.web.sign_outs import receipt_path

_ = TranslationStringFactory("sso_portal")

_FRAME_SECONDS = 60
"""Sites that are told in frames are told so long after the sign-out, should the page be shown again."""

_LOOK_SECONDS = 120
"""The page looks again by itself for so long."""

MOST = MAXIMUM_OTHERS + 1
"""As many people can be signed out of one browser at once."""

_CONCERN = ("signed_out", "in_browser", "not_told", "waiting", "given_up")
"""The states of a notice, the last one the one that a person should know of."""

_ELSEWHERE = {"ended_elsewhere", SITE_ENDED}
"""Why a sign-out is not about the browser in which its receipt is read."""

_SAID = {
    "signed_out": _("Signed out"),
    "waiting": _("Will be signed out as soon as it answers"),
    "given_up": _("Did not answer; close the browser to be safe"),
    "in_browser": _("Signed out in this browser"),
    "not_told": _("Cannot be told; its access to your account has ended"),
}


def receipts_of(request: Request, numbers: str) -> list[Receipt]:
    """The receipts with these numbers, joined by dots: one for each person who was signed out."""
    found = [request.unit.sign_outs.receipt(number) for number in numbers.split(".", MOST)[:MOST] if number]
    return [receipt for receipt in found if receipt is not None]


def receipt_page(request: Request, receipt: Receipt, *further: Receipt) -> Response:
    """The signed-out page with every site and its state; looks again by itself while one has still to answer."""
    client, receipts = request.unit.clients.find(receipt.sign_out.client_id), (receipt, *further)
    elsewhere = receipt.sign_out.because in _ELSEWHERE
    site = None if elsewhere else site_of(request, client)
    age = request.portal.clock.now() - receipt.sign_out.created_at
    is_due = age < _FRAME_SECONDS and not elsewhere
    frames = [frame for one in receipts for frame in _frames(request, one)] if is_due else []
    is_settled = all(one.is_settled for one in receipts)
    again = receipt_path(*receipts, ui_locales=request.query_form.values.get("ui_locales", ""))
    response = page(
        request,
        "signed_out",
        frames=frames,
        elsewhere=elsewhere,
        site=site,
        sites=[_told(request, notice, elsewhere=elsewhere) for notice in _worst(receipts)],
        settled=is_settled,
        look_again=again,
        continue_url=receipt.sign_out.continue_to or (site["url"] if site else ""),
    )
    if not is_settled and age < _LOOK_SECONDS:
        # More and more seldom, and without script. The page says the same when it is shown again.
        response.headers["Refresh"] = f"{max(2, age // 2)}; url={again}"
    return response


def _worst(receipts: Sequence[Receipt]) -> list[LogoutNotice]:
    """One notice for each site: that of the person for whom most is still to be done."""
    told: dict[str, LogoutNotice] = {}
    for notice in (notice for receipt in receipts for notice in receipt.notices):
        known = told.setdefault(notice.client_id, notice)
        if _CONCERN.index(notice.state) > _CONCERN.index(known.state):
            told[notice.client_id] = notice
    return list(told.values())


def receipt_json(request: Request) -> Response:
    """``GET /o/logout/receipt/{number}``: the same for programs. Who has the number may read it."""
    receipt = request.unit.sign_outs.receipt(request.matchdict["number"])
    if receipt is None:
        return json_response(refusal(404, "not_found", "There is no such receipt.", request.trace_id))
    sites = [
        {"client_id": notice.client_id, "name": _name(request, notice), "state": notice.state, "since": _since(notice)}
        for notice in receipt.notices
    ]
    body = {"signed_out_at": receipt.sign_out.created_at, "settled": receipt.is_settled, "sites": sites}
    return json_response(JsonAnswer(200, body))


def _told(request: Request, notice: LogoutNotice, *, elsewhere: bool) -> dict[str, Any]:
    client = request.unit.clients.find(notice.client_id)
    state = "not_told" if elsewhere and notice.state == "in_browser" else notice.state
    shown = site_of(request, client) or {"name": notice.client_id, "logo_url": ""}
    return {**shown, "state": state, "said": say(request, _SAID[state])}


def _name(request: Request, notice: LogoutNotice) -> str:
    client = request.unit.clients.find(notice.client_id)
    return client.name(request.locale_name) if client is not None else notice.client_id


def _since(notice: LogoutNotice) -> int:
    return notice.created_at if notice.settled_at is None else notice.settled_at


def _frames(request: Request, receipt: Receipt) -> list[dict[str, str]]:
    """Addresses that tell sites in this very browser (OpenID Connect Front-Channel Logout 1.0, section 3)."""
    named = [("iss", request.portal.issuer), ("sid", receipt.sign_out.sid)]
    clients = [request.unit.clients.find(notice.client_id) for notice in receipt.notices]
    uris = [client.metadata["frontchannel_logout_uri"] for client in clients if client is not None]
    return [{"url": add_query(uri, named), "origin": origin(uri)} for uri in uris if uri]
