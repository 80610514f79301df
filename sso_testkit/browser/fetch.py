"""One request as a browser sees it: who asks, from where, and which cookies and headers follow from that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from urllib.parse import urldefrag, urljoin

from sso_testkit.browser.jar import EVERY_KIND
from sso_testkit.browser.referrer import DEFAULT_POLICY, origin_told, referer
from sso_testkit.browser.sites import is_same_site, is_trustworthy, origin_of

Fields = list[tuple[str, str]]

MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Fetch:
    """A request on its way: ``initiator`` is the page that asks (``None``: the person typed the address), ``top`` the
    page around a frame (``None``: this is to be the page itself), ``policy`` the initiator's ``Referrer-Policy``,
    ``chain`` the addresses that have redirected here."""

    method: str
    url: str
    fields: Fields | None = None
    initiator: str | None = None
    top: str | None = None
    policy: str = DEFAULT_POLICY
    enctype: str = ""
    by_person: bool = True
    chain: tuple[str, ...] = ()

    @property
    def is_third_party(self) -> bool:
        """Whether it is for a frame of another site than the page around it."""
        return self.top is not None and not is_same_site(self.top, self.url)

    @property
    def kinds_sent(self) -> frozenset[str]:
        """The values of ``SameSite`` whose cookies go with it (RFC 6265bis section 5.8.3)."""
        from_home = self.initiator is None or is_same_site(self.initiator, self.url)
        if from_home and not self.is_third_party:
            return EVERY_KIND
        is_link = self.top is None and self.method in {"GET", "HEAD"}
        return frozenset({"Lax", "None"} if is_link else {"None"})

    @property
    def kinds_kept(self) -> frozenset[str]:
        """The values of ``SameSite`` with which its answer may set cookies (RFC 6265bis section 5.7)."""
        return frozenset({"None"}) if self.is_third_party else EVERY_KIND

    def headers(self) -> dict[str, str]:
        """What it tells of where it comes from, and what it is for."""
        return {**self._provenance(), **self._fetch_metadata()}

    def redirected(self, status: int, location: str) -> Fetch:
        """The request that follows when it is answered with ``status`` and ``location``: 307 and 308 keep method and
        body (RFC 9110 section 15.4); a fragment stays unless there is a new one (section 10.2.2)."""
        target = urljoin(self.url, location)
        fragment = urldefrag(self.url).fragment
        if fragment and not urldefrag(target).fragment:
            target = f"{target}#{fragment}"
        chain = (*self.chain, self.url)
        if status in {307, 308}:
            return replace(self, url=target, chain=chain)
        return replace(self, method="GET", url=target, fields=None, enctype="", chain=chain)

    def _provenance(self) -> dict[str, str]:
        if self.initiator is None:
            return {}
        told = {"Origin": self._origin()} if self.method == "POST" else {}
        page = referer(self.initiator, self.url, self.policy)
        return {**told, **({"Referer": page} if page else {})}

    def _origin(self) -> str:
        """Whoever was sent on by a stranger is told by none (Fetch, section 3.2: a tainted origin)."""
        assert self.initiator is not None
        ways = [self.initiator, *self.chain, self.url]
        changes = [origin_of(one) != origin_of(other) for one, other in pairwise(ways)]
        tainted = any(changes[at] and any(changes[:at]) for at in range(1, len(changes)))
        return "null" if tainted else origin_told(self.initiator, self.url, self.policy)

    def _fetch_metadata(self) -> dict[str, str]:
        """https://www.w3.org/TR/fetch-metadata/ section 2; only to hosts that are trusted."""
        if not is_trustworthy(self.url):
            return {}
        told = {
            "Sec-Fetch-Site": self._site(),
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document" if self.top is None else "iframe",
        }
        return {**told, **({"Sec-Fetch-User": "?1"} if self.by_person and self.top is None else {})}

    def _site(self) -> str:
        """How far away the initiator is from the furthest of the addresses on the way."""
        if self.initiator is None:
            return "none"
        ways = [*self.chain, self.url]
        if all(origin_of(way) == origin_of(self.initiator) for way in ways):
            return "same-origin"
        schemes = {origin_of(way).partition(":")[0] for way in (self.initiator, *ways)}
        near = len(schemes) == 1 and all(is_same_site(way, self.initiator) for way in ways)
        return "same-site" if near else "cross-site"
