"""The sequence diagram, drawn as SVG: a lifeline for each participant, an arrow for each step."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from sso_flow.lanes import Lane
from sso_flow.steps import Chapter, Step
from sso_flow.words import BETWEEN, SUMMARY, TIMES, Language, width_of

_LANE = 186
_MARGIN = 105
_HEAD = 84
_ROW = 47
_BAND = 10
_FOOT = 54
_TALL = 700
_BIG, _SMALL = 13.0, 11.5

STYLE = (
    ".ground{fill:#f5f6f8}.band{fill:#e9edf3}.box{fill:#fff;stroke:#c4cad4}.life{stroke:#c4cad4;stroke-dasharray:4 5}"
    ".arrow{stroke:#1f5fbf;stroke-width:1.6;fill:none}.back{stroke-dasharray:6 4}"
    ".act{stroke:#1b1f26}.refusal{stroke:#a3201d}"
    ".tip{fill:#1f5fbf}.tip-act{fill:#1b1f26}.tip-refusal{fill:#a3201d}"
    "text{font-family:system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif}"
    ".said,.wire{paint-order:stroke;stroke:#f5f6f8;stroke-width:4px;stroke-linejoin:round}"
    ".said{font-size:13px;fill:#1b1f26}.wire{font-size:11.5px;fill:#5a6270}.head{font-weight:600;font-size:14px;fill:#1b1f26}"
)
DARK_STYLE = (
    ".ground{fill:#14171c}.band{fill:#1f242c}.box{fill:#1c2027;stroke:#4a5260}.life{stroke:#4a5260}"
    ".arrow{stroke:#8ab4f8}.act{stroke:#e8eaee}.refusal{stroke:#ffaaa5}"
    ".tip{fill:#8ab4f8}.tip-act{fill:#e8eaee}.tip-refusal{fill:#ffaaa5}"
    ".said,.wire{stroke:#14171c}.said,.head{fill:#e8eaee}.wire{fill:#a7afbd}"
)


def diagram_of(
    title: str,
    lanes: Sequence[Lane],
    chapters: Sequence[Chapter],
    language: Language,
    *,
    name: str = "flow",
    styled: bool = True,
) -> str:
    """The drawing. ``name`` begins the ids in it, so that several fit on one page; ``styled``: with its own colours."""
    places = {lane.key: _MARGIN + _LANE * number for number, lane in enumerate(lanes)}
    count = sum(len(chapter.steps) for chapter in chapters)
    width = 2 * _MARGIN + _LANE * max(len(lanes) - 1, 0)
    height = _HEAD + count * _ROW + _BAND * len(chapters) + _FOOT
    height -= _FOOT // 2 if height < _TALL else 0
    summary = SUMMARY.said(language, participants=_participants(lanes, language), count=count)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-labelledby="{name}-t {name}-d" lang="{"zh-CN" if language == "zh" else "en"}">',
            f'<title id="{name}-t">{escape(title)}</title>',
            f'<desc id="{name}-d">{escape(summary)}</desc>',
            f"<style>{STYLE}@media (prefers-color-scheme:dark){{{DARK_STYLE}}}</style>" if styled else "",
            f"<defs>{''.join(_tip(name, kind) for kind in ('', '-act', '-refusal'))}</defs>",
            f'<rect class="ground" width="{width}" height="{height}" rx="12"/>',
            *_body(name, lanes, chapters, places, width, height, language),
            "</svg>",
        ]
    )


def _participants(lanes: Sequence[Lane], language: Language) -> str:
    return BETWEEN.said(language).join(lane.name for lane in lanes)


def _tip(name: str, kind: str) -> str:
    return (
        f'<marker id="{name}-tip{kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto"><path class="tip{kind}" d="M0 0 8 4 0 8z"/></marker>'
    )


def _body(
    name: str,
    lanes: Sequence[Lane],
    chapters: Sequence[Chapter],
    places: dict[str, int],
    width: int,
    height: int,
    language: Language,
) -> list[str]:
    bands: list[str] = []
    arrows: list[str] = []
    top = _HEAD
    for number, chapter in enumerate(chapters):
        rows = len(chapter.steps) * _ROW + _BAND
        if number % 2 == 0 and len(chapters) > 1:
            bands.append(f'<rect class="band" x="0" y="{top}" width="{width}" height="{rows}"/>')
        for row, step in enumerate(chapter.steps):
            arrows += _arrow(name, step, places, top + (row + 1) * _ROW - 4, width, language)
        top += rows
    bottom = height - (_FOOT if height >= _TALL else _FOOT // 2)
    lines = [f'<line class="life" x1="{x}" y1="{_HEAD - 12}" x2="{x}" y2="{bottom + 8}"/>' for x in places.values()]
    # In a long drawing the names stand below too.
    named = lanes if height >= _TALL else ()
    feet = [_text("wire", places[lane.key], height - 22, "middle", _cut(lane.name)) for lane in named]
    return [*bands, *lines, *(_box(lane, places[lane.key]) for lane in lanes), *arrows, *feet]


def _box(lane: Lane, x: int) -> str:
    return (
        f'<rect class="box" x="{x - 85}" y="18" width="170" height="54" rx="10"/>'
        + _text("head", x, 40 if lane.host else 50, "middle", _cut(lane.name))
        + (_text("wire", x, 58, "middle", _cut(lane.host)) if lane.host else "")
    )


def _arrow(name: str, step: Step, places: dict[str, int], y: int, width: int, language: Language) -> list[str]:
    start, end = places[step.source], places[step.target]
    kind = {"act": "-act", "refusal": "-refusal"}.get(step.kind, "")
    style = "arrow" + (" back" if step.kind in {"redirect", "answer", "refusal"} else "") + f" {step.kind}"
    toward = 1 if end > start else -1
    path = f"M{start} {y}H{end - 4 * toward}" if end != start else f"M{start} {y - 8}h34v8h-30"
    times = f" ({TIMES.said(language, times=step.times)})" if step.times > 1 else ""
    said = f"{step.number}  {step.words}{times}"
    x, anchor, room = _place_of(min(start, end), max(start, end), width, said)
    return [
        f'<path class="{style}" d="{path}" marker-end="url(#{name}-tip{kind})"/>',
        _text("said", x, y - 21 if step.wire else y - 7, anchor, _cut(said, room, _BIG)),
        _text("wire", x, y - 7, anchor, _cut(wire_of(step), room, _SMALL)) if step.wire else "",
    ]


def wire_of(step: Step) -> str:
    """What stands on the wire, in one line: method and path, and the names of the parameters."""
    names = list(dict.fromkeys(fact.name for fact in step.facts if not fact.inside and fact.name != "Set-Cookie"))
    return f"{step.wire}  {', '.join(names)}".rstrip()


def _place_of(left: int, right: int, width: int, said: str) -> tuple[int, str, int]:
    """Where a text stands: after the arrow's left end, or before its right end when there is more room."""
    after, before = width - left - 18, right - 18
    if after >= before or width_of(said, _BIG) <= right - left:
        return left + 8, "start", after
    return right - 8, "end", before


def _text(kind: str, x: int, y: int, anchor: str, text: str) -> str:
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{kind}" x="{x}" y="{y}"{where}>{escape(text)}</text>'


def _cut(text: str, room: float = 160, size: float = _BIG) -> str:
    """As much of a text as there is room for."""
    if width_of(text, size) <= room:
        return text
    kept = text
    while kept and width_of(f"{kept}…", size) > room:
        kept = kept[:-1]
    return f"{kept.rstrip(' ,')}…"
