"""Hops in the order in which people would tell them: what a server asks comes inside what it was asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from urllib.parse import urlsplit

from sso_flow.facts import header_of
from sso_flow.journal import PERSON, Hop

_STATIC = re.compile(r"\.(css|js|mjs|map|svg|png|jpe?g|gif|webp|ico|woff2?|ttf|webmanifest)$|/static/", re.IGNORECASE)
_METADATA = re.compile(r"/\.well-known/[\w-]+/?$|/jwks/?$|/jwks\.json$")


@dataclass
class Exchange:
    """A hop, the exchanges that it caused, and how often the same was fetched."""

    hop: Hop
    inside: list[Exchange] = field(default_factory=list)
    times: int = 1


def host_of(url: str) -> str:
    """The host and port of an address as it names them."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def is_static(hop: Hop) -> bool:
    """Whether a hop only fetched a stylesheet, a script, a picture or a font."""
    kind = header_of(hop.response_headers, "Content-Type").partition(";")[0].strip().lower()
    looks = kind in {"text/css", "text/javascript", "application/javascript"} or kind.startswith(("image/", "font/"))
    return hop.method in {"GET", "HEAD"} and (looks or _STATIC.search(urlsplit(hop.url).path) is not None)


def exchanges_of(hops: Iterable[Hop]) -> list[Exchange]:
    """The person's own requests with what each of them caused, repeated fetches of metadata told once."""
    first: list[Exchange] = []
    serving: dict[str, Exchange] = {}
    for hop in sorted(hops, key=lambda hop: hop.number):
        exchange = Exchange(hop)
        # Whoever calls was asked something just before; what nobody asked for stands on its own.
        cause = serving.get(hop.actor)
        (cause.inside if cause is not None else first).append(exchange)
        serving[host_of(hop.url)] = exchange
    _settle(first)
    _fold(first, {})
    return first


def _settle(found: list[Exchange]) -> None:
    found[:] = _at_once(found)
    for exchange in found:
        _settle(exchange.inside)


def _at_once(found: Sequence[Exchange]) -> Iterator[Exchange]:
    """Notices of a sign-out go to all sites at once; told in the order of the hosts' names."""
    for notices, group in groupby(found, _is_notice):
        together = list(group)
        yield from sorted(together, key=lambda exchange: host_of(exchange.hop.url)) if notices else together


def _is_notice(exchange: Exchange) -> bool:
    return exchange.hop.actor != PERSON and "logout_token" in dict(exchange.hop.form)


def _fold(found: list[Exchange], seen: dict[tuple[str, str], Exchange]) -> None:
    for exchange in list(found):
        _fold(exchange.inside, seen)
        hop = exchange.hop
        if hop.actor == PERSON or _METADATA.search(urlsplit(hop.url).path) is None:
            continue
        first = seen.setdefault((hop.actor, hop.url), exchange)
        if first is not exchange:
            first.times += 1
            found.remove(exchange)
