"""The picture of a run, drawn as SVG: for each operation a bar for each provider."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from benchmarks.operations import OPERATIONS
from benchmarks.results import Found, Run

_WIDTH, _LEFT, _RIGHT = 860, 300, 80
_HEAD, _GROUP, _BAR, _FOOT = 78, 34, 22, 18
_LEFT_OUT = "sign_in"
"""Nearly all of it is the hash, which is as slow as the settings want it to be."""

_STYLE = (
    ".ground{fill:#f5f6f8}.ours{fill:#1f5fbf}.theirs{fill:#8d96a5}.line{stroke:#c4cad4}"
    "text{font-family:system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;fill:#1b1f26}"
    ".title{font-size:17px;font-weight:600}.name{font-size:14px;font-weight:600}.who,.soft{font-size:12.5px}"
    ".who,.soft{fill:#4d5562}.number{font-size:12.5px;font-variant-numeric:tabular-nums}"
)
_DARK = (
    ".ground{fill:#14171c}.ours{fill:#8ab4f8}.theirs{fill:#6c7686}.line{stroke:#343a45}"
    "text{fill:#e8eaee}.who,.soft{fill:#a7afbd}"
)

Bar = tuple[str, float, bool]
"""Who, how many hello worlds, and whether it is the portal."""


def picture_of(run: Run) -> str:
    """The drawing of all providers that were measured at once."""
    groups = [(kind.title, _bars(run, kind.name)) for kind in OPERATIONS if kind.name != _LEFT_OUT]
    groups = [(title, bars) for title, bars in groups if bars]
    height = _HEAD + sum(_GROUP + _BAR * len(bars) for _, bars in groups) + _FOOT
    title = "What an operation costs, in hello worlds"
    said = "Processor time on one core; each group is drawn to its own longest bar, shorter is better."
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
            f'height="{height}" role="img" aria-labelledby="cost-t cost-d" lang="en">',
            f'<title id="cost-t">{title}</title>',
            f'<desc id="cost-d">{escape(_summary(groups))}</desc>',
            f"<style>{_STYLE}@media (prefers-color-scheme:dark){{{_DARK}}}</style>",
            f'<rect class="ground" width="{_WIDTH}" height="{height}" rx="12"/>',
            _text("title", 24, 36, title),
            _text("soft", 24, 58, said),
            *_groups(groups),
            "</svg>",
            "",
        ]
    )


def _bars(run: Run, operation: str) -> list[Bar]:
    costs = [(found, run.hellos(found, operation)) for found in run.providers]
    return [(found.name, cost, _is_ours(found)) for found, cost in costs if cost is not None]


def _is_ours(found: Found) -> bool:
    return found.name.startswith("portal")


def _groups(groups: Sequence[tuple[str, Sequence[Bar]]]) -> list[str]:
    drawn: list[str] = []
    top = _HEAD
    for title, bars in groups:
        longest = max(value for _, value, _ in bars)
        drawn.append(f'<path class="line" d="M24 {top + 4}H{_WIDTH - 24}"/>')
        drawn.append(_text("name", 24, top + 25, title))
        for number, bar in enumerate(bars):
            drawn += _bar(bar, top + _GROUP + number * _BAR, longest)
        top += _GROUP + _BAR * len(bars)
    return drawn


def _bar(bar: Bar, top: int, longest: float) -> list[str]:
    who, value, is_ours = bar
    length = max(1.0, (_WIDTH - _LEFT - _RIGHT) * value / longest)
    kind = "ours" if is_ours else "theirs"
    return [
        _text("who", 36, top + 12, who),
        f'<rect class="{kind}" x="{_LEFT}" y="{top}" width="{length:.1f}" height="16" rx="3"/>',
        _text("number", round(_LEFT + length + 6), top + 12, said_short(value)),
    ]


def said_short(value: float) -> str:
    """A number as people say it: two figures that count."""
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"  # noqa: PLR2004


def _summary(groups: Sequence[tuple[str, Sequence[Bar]]]) -> str:
    return "; ".join(
        f"{title}: {', '.join(f'{who} {said_short(value)}' for who, value, _ in bars)}" for title, bars in groups
    )


def _text(kind: str, x: int, y: int, text: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}">{escape(text)}</text>'
