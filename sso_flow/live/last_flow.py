"""Of all that a browser has asked, the last flow: from where a sign-in began to what came of it, sign-out included."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urldefrag, urlsplit

from sso_flow.exchanges import host_of
from sso_flow.facts import address_fields, asked_fields, header_of, target_of
from sso_flow.journal import PERSON, Hop
from sso_flow.meanings import purpose_of

_BEGINS = re.compile(r"/o/authorize/?$")
_ENDS = re.compile(r"/o/logout/?$")
_RECEIPT = re.compile(r"/o/logout/receipt/")
_BY_ITSELF = re.compile(r"/o/session_activity/?$")
_FRAMES = {"iframe", "frame"}


def last_flow(hops: Iterable[Hop]) -> list[Hop]:
    """The hops of the last flow, without everyday pages and pages that were looked at again; empty if there is none."""
    flow: list[Hop] = []
    over = False
    for deed in _deeds(sorted(hops, key=lambda hop: hop.number)):
        if not any(map(_matters, deed)) or (flow and _is_again(deed, flow)):
            continue
        if any(map(_begins, deed)) and over:
            flow, over = [], False
        flow += deed
        over = over or any(map(_ends, deed))
    return flow


def _deeds(hops: Sequence[Hop]) -> list[list[Hop]]:
    """What the person did, each with all that it caused."""
    deeds: list[list[Hop]] = []
    led: set[str] = set()
    for hop in hops:
        url = urldefrag(hop.url).url
        by_itself = url in led or header_of(hop.request_headers, "Sec-Fetch-Dest") in _FRAMES
        if deeds and (by_itself if hop.actor == PERSON else _is_asked(hop.actor, deeds[-1])):
            deeds[-1].append(hop)
        else:
            deeds.append([hop])
        led.discard(url)
        if hop.actor == PERSON and target_of(hop):
            led.add(urldefrag(target_of(hop)).url)
    return deeds


def _is_asked(host: str, deed: Sequence[Hop]) -> bool:
    """Whether a host was asked for something in a deed, so that its own calls may have come of that."""
    return any(host_of(hop.url) == host for hop in deed)


def _matters(hop: Hop) -> bool:
    path = urlsplit(hop.url).path
    return not _BY_ITSELF.search(path) and bool(purpose_of(hop.method, hop.url, asked_fields(hop)).section)


def _is_again(deed: Sequence[Hop], flow: Sequence[Hop]) -> bool:
    """Whether a deed only shows again what was seen: a receipt that looks for news."""
    (first, *more), pages = deed, {hop.url for hop in flow if hop.actor == PERSON}
    return not more and first.method == "GET" and first.url in pages


def _begins(hop: Hop) -> bool:
    return hop.actor == PERSON and _BEGINS.search(urlsplit(hop.url).path) is not None


def _ends(hop: Hop) -> bool:
    path = urlsplit(hop.url).path
    receipt = _RECEIPT.search(path) or (_ENDS.search(path) and "receipt" in dict(address_fields(hop.url)))
    return "logout_token" in dict(hop.form) or bool(receipt)
