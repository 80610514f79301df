"""A flow as Markdown: a numbered list, with the diagram as a file beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sso_flow import words
from sso_flow.facts import Fact
from sso_flow.lanes import Lane
from sso_flow.links import address_of, section_said
from sso_flow.steps import Chapter, Step
from sso_flow.words import Language

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~&!])")


def markdown_of(
    title: str, chapters: Sequence[Chapter], lanes: Sequence[Lane], language: Language, picture: str
) -> str:
    """The text. ``picture``: the address of the diagram, or nothing."""
    names = {lane.key: lane.name for lane in lanes}
    lines = [f"# {_plain(title)}", ""]
    if picture:
        lines += [f"![{_plain(title)}]({picture})", ""]
    lines += [words.SECRETS.said(language) if chapters else words.NOTHING.said(language), ""]
    for number, chapter in enumerate(chapters, start=1):
        lines += [f"## {number}\\. {_plain(chapter.title)}", ""]
        for step in chapter.steps:
            lines += [*_step(step, names, language), ""]
    return "\n".join(lines).rstrip() + "\n"


def _step(step: Step, names: dict[str, str], language: Language) -> Iterator[str]:
    times = f" ({words.TIMES.said(language, times=step.times)})" if step.times > 1 else ""
    yield f"{step.number}. **{_plain(step.words)}**{times}"
    indented = " " * (len(str(step.number)) + 2)
    way = f"{_plain(names[step.source])} → {_plain(names[step.target])}"
    said = [way, *([_code(step.wire)] if step.wire else []), *([_plain(step.note)] if step.note else [])]
    yield f"{indented}{' · '.join([*said, *([_section(step.section, language)] if step.section else [])])}"
    if step.same_as:
        yield f"{indented}({words.SAME.said(language, number=step.same_as)})"
    if step.facts:
        yield ""
        yield from (f"{indented}{'  ' if fact.inside else ''}- {_fact(fact, language)}" for fact in step.facts)


def _fact(fact: Fact, language: Language) -> str:
    meaning = fact.meaning
    said = f" – {_plain(meaning.words.said(language))}" if meaning else ""
    section = _section(meaning.section if meaning else None, language)
    return f"{_code(fact.name)}{f' {_code(fact.value)}' if fact.value else ''}{said} ({section})"


def _section(section: str | None, language: Language) -> str:
    said, address = section_said(section, language), address_of(section or "")
    return f"[{said}]({address})" if address else said


def _plain(text: str) -> str:
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    """A span of code, fenced by more backticks than it holds."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{'`' * (longest + 1)}{pad}{text}{pad}{'`' * (longest + 1)}"
