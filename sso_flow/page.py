"""One self-contained page of a flow: chapter by chapter the diagram and the steps in words, without script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from sso_flow import words
from sso_flow.diagram import diagram_of
from sso_flow.facts import Fact
from sso_flow.lanes import Lane
from sso_flow.links import section_link
from sso_flow.steps import Chapter, Step
from sso_flow.style import stylesheet
from sso_flow.words import Language


def page_of(
    title: str,
    lanes: Sequence[Lane],
    chapters: Sequence[Chapter],
    language: Language,
    *,
    left_out: int,
    way_out: tuple[str, str],
    nothing: str,
) -> str:
    """The page. ``left_out``: how many requests are not told; ``way_out``: address and name of a page that leads to
    this one, or no address; ``nothing``: what it says when there are no chapters."""
    parts = [words.SECRETS.said(language) if chapters else nothing]
    if left_out:
        parts.append(words.LEFT_OUT.said(language, count=left_out))
    told = [_chapter(number, chapter, lanes, language) for number, chapter in enumerate(chapters, start=1)]
    address, name = way_out
    back = f'<p><a href="{escape(address)}">{escape(name)}</a></p>' if address else ""
    joined = ("" if language == "zh" else " ").join(escape(part) for part in parts)
    contents = _contents(chapters, language) if len(chapters) > 1 else ""
    head = f'{back}<h1>{escape(title)}</h1><p class="soft">{joined}</p>{contents}'
    return whole_page(title, f"{head}{''.join(told)}", language)


def whole_page(title: str, body: str, language: Language) -> str:
    """A page around its content."""
    code = "zh-CN" if language == "zh" else "en"
    return (
        f'<!doctype html>\n<html lang="{code}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{stylesheet()}</style></head><body><main>{body}</main></body></html>\n"
    )


def _contents(chapters: Sequence[Chapter], language: Language) -> str:
    links = (
        f'<li><a href="#part-{number}">{number}. {escape(chapter.title)}</a></li>'
        for number, chapter in enumerate(chapters, start=1)
    )
    return f'<nav class="contents" aria-label="{words.CHAPTERS.said(language)}"><ol>{"".join(links)}</ol></nav>'


def _chapter(number: int, chapter: Chapter, lanes: Sequence[Lane], language: Language) -> str:
    title = f"{number}. {chapter.title}"
    drawing = diagram_of(title, lanes, [chapter], language, name=f"chapter-{number}", styled=False)
    names = {lane.key: lane.name for lane in lanes}
    steps = "".join(_step(step, names, language) for step in chapter.steps)
    return (
        f'<section class="chapter" id="part-{number}"><h2>{escape(title)}</h2>'
        f'<div class="drawing" tabindex="0">{drawing}</div>'
        f'<ol class="steps" start="{chapter.steps[0].number}">{steps}</ol></section>'
    )


def _step(step: Step, names: dict[str, str], language: Language) -> str:
    way = f"{escape(names[step.source])} → {escape(names[step.target])}"
    parts = [
        f'<li class="step {step.kind}" value="{step.number}"><span class="number">{step.number}</span>',
        f'<p class="words">{escape(step.words)}{_times(step, language)}</p>',
        f'<div class="way">{way}{_section(step, language)}</div>',
    ]
    if step.wire or step.note:
        note = f" ⇒ {escape(step.note)}" if step.note else ""
        parts.append(f'<p class="wire"><code>{escape(step.wire)}</code>{note}</p>')
    if step.same_as:
        parts.append(f'<p class="soft wire">{words.SAME.said(language, number=step.same_as)}</p>')
    return "".join([*parts, _table(step, language), "</li>"])


def _times(step: Step, language: Language) -> str:
    return f" ({words.TIMES.said(language, times=step.times)})" if step.times > 1 else ""


def _section(step: Step, language: Language) -> str:
    return f" · {section_link(step.section, language)}" if step.section else ""


def _table(step: Step, language: Language) -> str:
    if not step.facts:
        return ""
    heads = "".join(f'<th scope="col">{column.said(language)}</th>' for column in words.COLUMNS)
    rows = "".join(_row(fact, language) for fact in step.facts)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _row(fact: Fact, language: Language) -> str:
    meaning = fact.meaning
    said = meaning.words.said(language) if meaning else ""
    inside = f" ({words.IN_TOKEN.said(language, token=fact.inside)})" if fact.inside else ""
    return (
        f'<tr{" class=inside" if fact.inside else ""}><th scope="row"><code>{escape(fact.name)}</code></th>'
        f"<td><code>{escape(fact.value)}</code></td><td>{escape(said + inside)}</td>"
        f"<td>{section_link(meaning.section if meaning else None, language)}</td></tr>"
    )
