"""Who takes part, from left to right: person, browser, sites, portal, APIs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sso_flow import words
from sso_flow.exchanges import host_of
from sso_flow.journal import PERSON, Hop

BROWSER_LANE = "browser"
TEST_LANE = "test"
_PORTAL_PATH = re.compile(r"^/o/(authorize|token|login|logout|userinfo|jwks)/?$|^/\.well-known/openid-configuration$")


@dataclass(frozen=True)
class Lane:
    """One participant. ``key`` is its host, or ``person`` or ``browser``; ``host`` is empty for these two."""

    key: str
    name: str
    host: str


def lanes_of(hops: Sequence[Hop], names: Mapping[str, str], language: words.Language) -> tuple[Lane, ...]:
    """The participants of a journal. ``names``: what people call a host."""
    visited = [host_of(hop.url) for hop in hops if hop.actor == PERSON]
    portals = dict.fromkeys(host_of(hop.url) for hop in hops if _PORTAL_PATH.search(urlsplit(hop.url).path))
    callers = [hop.actor for hop in hops if hop.actor not in {PERSON, TEST_LANE}]
    told = [host_of(hop.url) for hop in hops if hop.actor in portals]
    sites = [host for host in [*visited, *callers, *told] if host not in portals]
    hosts = dict.fromkeys([*sites, *portals, *(host_of(hop.url) for hop in hops)])
    lanes = [Lane(PERSON, words.PERSON.said(language), ""), Lane(BROWSER_LANE, words.BROWSER.said(language), "")]
    tests = [Lane(TEST_LANE, words.TEST.said(language), "")] if any(hop.actor == TEST_LANE for hop in hops) else []
    found = [_lane(host, host in portals, names, language) for host in hosts]
    return (*(lanes if visited else []), *tests, *found)


def _lane(host: str, portal: bool, names: Mapping[str, str], language: words.Language) -> Lane:
    name = names.get(host) or (words.PORTAL.said(language) if portal else host.partition(".")[0])
    return Lane(host, name or host, host)
