"""The steps that a journal's hops are: what the person does, each request, and each answer that leads or brings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urldefrag, urlsplit

from sso_flow.acts import act_of
from sso_flow.exchanges import Exchange, host_of
from sso_flow.facts import Fact, address_facts, answer_facts, asked_fields, request_facts, target_of
from sso_flow.headings import heading_of
from sso_flow.journal import PERSON, Hop
from sso_flow.lanes import BROWSER_LANE
from sso_flow.meanings import Purpose, purpose_of
from sso_flow.values import shown_path
from sso_flow.words import FAILS, NO_ANSWER, PAGE, REFUSES, Language

Kind = Literal["act", "request", "redirect", "answer", "refusal"]


@dataclass(frozen=True)
class Step:
    """One arrow. ``wire``: method and path, or status and where to; ``same_as``: the step with the same parameters;
    ``times``: how often the same went over the wire; ``note``: what came back."""

    number: int
    kind: Kind
    source: str
    target: str
    words: str
    wire: str = ""
    section: str = ""
    facts: tuple[Fact, ...] = ()
    same_as: int = 0
    times: int = 1
    note: str = ""


@dataclass(frozen=True)
class Chapter:
    """What one deed of the person caused."""

    title: str
    steps: tuple[Step, ...]


class Teller:
    """Makes steps of exchanges, one after the other."""

    def __init__(self, language: Language, names: Mapping[str, str]) -> None:
        """Tells in ``language``; ``names``: what people call a host."""
        self._language = language
        self._names = names
        self._chapters: list[tuple[str, list[Step]]] = []
        self._number = 0
        # Where the last answer to a tab sent it, and the step that said so.
        self._led: dict[int, tuple[str, int]] = {}

    def tell(self, exchanges: Iterable[Exchange]) -> tuple[Chapter, ...]:
        """Every chapter."""
        for exchange in exchanges:
            self._exchange(exchange)
        return tuple(Chapter(title, tuple(steps)) for title, steps in self._chapters)

    def _exchange(self, exchange: Exchange) -> None:
        hop = exchange.hop
        led, number = self._led.pop(hop.tab, ("", 0)) if hop.actor == PERSON else ("", 0)
        follows = bool(led) and led == urldefrag(hop.url).url
        if hop.actor == PERSON and not follows:
            self._act(hop)
        source = BROWSER_LANE if hop.actor == PERSON else hop.actor
        fields = asked_fields(hop)
        purpose = purpose_of(hop.method, hop.url, fields)
        request = Step(
            number=self._next(),
            kind="request",
            source=source,
            target=host_of(hop.url),
            words=purpose.words.said(self._language),
            wire=f"{hop.method} {shown_path(urlsplit(hop.url).path or '/')}",
            section=purpose.section,
            facts=(*(() if follows else address_facts(hop.url)), *request_facts(hop)),
            same_as=number if follows and address_facts(hop.url) else 0,
            times=exchange.times,
        )
        self._add(request)
        place = len(self._chapters[-1][1]) - 1
        for inner in exchange.inside:
            self._exchange(inner)
        answer = self._answer(hop, source, purpose)
        if answer is not None:
            self._add(replace(answer, number=self._next()))
            if answer.kind == "redirect" and hop.actor == PERSON:
                self._led[hop.tab] = (urldefrag(target_of(hop)).url, self._number)
        else:
            self._chapters[-1][1][place] = replace(
                request, note=self._note(hop), facts=(*request.facts, *answer_facts(hop))
            )

    def _answer(self, hop: Hop, source: str, purpose: Purpose) -> Step | None:
        """The answer as a step of its own, when it leads on, refuses, or brings something that has a meaning."""
        target, facts = target_of(hop), answer_facts(hop)
        step = Step(0, "answer", host_of(hop.url), source, "", f"{hop.status}", purpose.section, facts)
        if target:
            onward = purpose_of("GET", target, {fact.name: fact.value for fact in address_facts(target)})
            where = shown_path(urlsplit(target).path or "/")
            words = (onward.within if host_of(target) == host_of(hop.url) else onward.redirect).said(self._language)
            wire = f"{hop.status} → {host_of(target)}{where}"
            return replace(
                step, kind="redirect", words=words, wire=wire, section="", facts=(*address_facts(target), *facts)
            )
        if hop.status == 0 or hop.status >= 400:
            failure = NO_ANSWER if not hop.status else FAILS if hop.status >= 500 else REFUSES
            return replace(step, kind="refusal", words=failure.said(self._language), note=self._note(hop))
        if hop.actor != PERSON and any(fact.name != "Set-Cookie" for fact in facts):
            return replace(step, words=purpose.answer.said(self._language))
        return None

    def _note(self, hop: Hop) -> str:
        heading = heading_of(hop)
        said = PAGE.said(self._language, heading=heading) if heading else ""
        return " · ".join(part for part in (f"{hop.status}" if hop.status else "", said) if part)

    def _act(self, hop: Hop) -> None:
        words = act_of(hop, self._names, self._language)
        if words:
            self._chapters.append((words, []))
            self._add(Step(self._next(), "act", PERSON, BROWSER_LANE, words))

    def _add(self, step: Step) -> None:
        if not self._chapters:
            self._chapters.append((step.words, []))
        self._chapters[-1][1].append(step)

    def _next(self) -> int:
        self._number += 1
        return self._number
