"""What every page that signs somebody out does after it has done so."""

from __future__ import annotations

from urllib.parse import urlencode

from pyramid.request import Request

from sso_portal.protocol.vocabulary import LOGOUT_PATH
from sso_portal.services.sign_outs import Receipt


def tell_sites(request: Request, *receipts: Receipt) -> None:
    """Tell the sites as soon as this request's transaction is committed; the answer waits a little for theirs."""

    def committed(succeeded: bool) -> None:
        if succeeded:
            request.portal.tell_sites(*receipts)

    request.tm.get().addAfterCommitHook(committed)


def receipt_path(*receipts: Receipt, ui_locales: str = "") -> str:
    """The page that shows receipts, in the language that the site asked for."""
    shown = {"receipt": ".".join(receipt.number for receipt in receipts)}
    return f"{LOGOUT_PATH}?{urlencode({**shown, **({'ui_locales': ui_locales} if ui_locales else {})})}"
