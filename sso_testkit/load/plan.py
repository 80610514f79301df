"""What is to be run: which flow, how often, by how many, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sso_testkit.load.flows import find_flow, find_function

_DEMO_SITES = ("project-center", "talent-center")


@dataclass(frozen=True)
class Plan:
    """``times`` flows by ``workers`` processes; in a world per worker, or against the portal at ``url``. ``sites`` are
    ``client_id=address``, ``prepare`` is ``module:function``. Raises ValueError for a plan that cannot be run."""

    flow: str
    times: int
    workers: int = 1
    url: str = ""
    sites: tuple[str, ...] = ()
    prepare: str = ""

    def __post_init__(self) -> None:
        """Refuse what could only fail later, in another process."""
        if self.workers < 1 or self.times < self.workers:
            raise ValueError("there must be a worker at least, and a flow for each of them")
        if self.url and (urlsplit(self.url).scheme not in {"http", "https"} or not urlsplit(self.url).netloc):
            raise ValueError(f"{self.url!r} is no address; say it as http://localhost:9000")
        if self.url and self.prepare:
            raise ValueError("a running portal is prepared by its operator, not by --prepare")
        if self.sites and not self.url:
            raise ValueError("--site is for --url; a world's own sites are added by --prepare")
        for site in self.sites:
            if "://" not in site.partition("=")[2]:
                raise ValueError(f"{site!r} is not client_id=address")
        find_flow(self.flow)
        if self.prepare:
            find_function(self.prepare)

    @property
    def place(self) -> str:
        """Where the flows are walked, in words."""
        return self.url or "in process"

    @property
    def addresses(self) -> Mapping[str, str]:
        """The sites beside a running portal, by client_id: those given, and the demo's at the ports after its own."""
        parts = urlsplit(self.url)
        known = {}
        if parts.port is not None:
            for offset, client_id in enumerate(_DEMO_SITES, start=1):
                known[client_id] = f"{parts.scheme}://{parts.hostname}:{parts.port + offset}"
        return known | {site.partition("=")[0]: site.partition("=")[2].rstrip("/") for site in self.sites}

    def share(self, worker: int) -> int:
        """How many flows one of the workers walks, who are counted from 0."""
        return self.times // self.workers + (worker < self.times % self.workers)
