"""One flow, recorded: its participants and its steps, and the three forms in which it is written down."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sso_flow import words
from sso_flow.diagram import diagram_of
from sso_flow.exchanges import exchanges_of, is_static
from sso_flow.journal import Journal
from sso_flow.lanes import Lane, lanes_of
from sso_flow.markdown import markdown_of
from sso_flow.page import page_of
from sso_flow.steps import Chapter, Teller
from sso_flow.words import Language


@dataclass(frozen=True)
class Recording:
    """A flow in one language. ``left_out``: how many requests for styles, scripts and pictures are not told."""

    title: str
    language: Language
    lanes: tuple[Lane, ...]
    chapters: tuple[Chapter, ...]
    left_out: int

    def svg(self) -> str:
        """The sequence diagram as a file of its own."""
        return diagram_of(self.title, self.lanes, self.chapters, self.language)

    def html(self, *, index: str = "", index_name: str = "", nothing: str = "") -> str:
        """One self-contained page: the diagram, chapter by chapter, and each step in words. ``index``: the address of
        a page with all flows, or of one that is called ``index_name``; ``nothing``: what an empty flow is told by."""
        way_out = (index, index_name or words.BACK.said(self.language))
        told = nothing or words.NOTHING.said(self.language)
        return page_of(
            self.title, self.lanes, self.chapters, self.language, left_out=self.left_out, way_out=way_out, nothing=told
        )

    def markdown(self, picture: str = "") -> str:
        """The steps as a numbered list. ``picture``: the address of the diagram, to be shown above it."""
        return markdown_of(self.title, self.chapters, self.lanes, self.language, picture)


def record(
    journal: Journal,
    *,
    title: str,
    language: Language = "en",
    names: Mapping[str, str] | None = None,
    without: Container[str] = (),
) -> Recording:
    """What a journal has seen, as a flow. ``names``: what people call a host, ``{"shop.example.test": "The shop"}``.
    ``without``: paths that are not told. Secrets are masked here already: a recording holds none."""
    hops = sorted(journal.hops, key=lambda hop: hop.number)
    wanted = [hop for hop in hops if urlsplit(hop.url).path not in without]
    told = [hop for hop in wanted if not is_static(hop)]
    lanes = lanes_of(told, names or {}, language)
    chapters = Teller(language, {lane.host: lane.name for lane in lanes if names and lane.host in names}).tell(
        exchanges_of(told)
    )
    return Recording(title, language, lanes, chapters, len(wanted) - len(told))
