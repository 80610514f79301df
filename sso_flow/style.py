"""The look of the page: light and dark, narrow and wide, on paper."""

from __future__ import annotations

from sso_flow.diagram import DARK_STYLE, STYLE

_PAGE = """
:root{--ground:#f5f6f8;--paper:#fff;--ink:#1b1f26;--soft:#5a6270;--line:#d5d9e0;--accent:#1f5fbf;--wash:#eef1f6;--bad:#a3201d;
color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);
font:16px/1.5 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
:lang(zh-CN){line-height:1.7}
main{max-width:76rem;margin:0 auto;padding:2rem 1.5rem 3rem}
h1{font-size:1.75rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;line-height:1.35;margin:0 0 1rem;overflow-wrap:anywhere}
p{margin:0 0 1rem;max-width:60rem}
a{color:var(--accent)}
.soft{color:var(--soft);font-size:.875rem}
.contents ol{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin:0 0 1.25rem;padding:0}
.contents a{display:inline-block;padding:.6rem 0;overflow-wrap:anywhere}
.chapter{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:1.25rem;margin:0 0 1.5rem}
.drawing{overflow-x:auto;margin:0 0 1.25rem;border-radius:12px}
.drawing svg{display:block;max-width:100%;height:auto;min-width:46rem;margin:0 auto}
.steps{list-style:none;margin:0;padding:0}
.step{border-top:1px solid var(--line);padding:.75rem 0 .75rem 3rem;position:relative}
.step:first-child{border-top:0}
.number{position:absolute;left:0;top:.75rem;min-width:2.1rem;padding:0 .4rem;text-align:center;background:var(--wash);
border-radius:1rem;font-variant-numeric:tabular-nums;font-size:.875rem;line-height:1.6rem}
.refusal .number{background:var(--bad);color:var(--paper)}
.way{color:var(--soft);font-size:.875rem}
.words{font-weight:600;margin:0}
p.wire{margin:.15rem 0 0;font-size:.875rem}
code{font:.875rem/1.5 ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;margin:.6rem 0 0;font-size:.875rem;line-height:1.45}
:lang(zh-CN) table{line-height:1.6}
th,td{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;border-top:1px solid var(--line);font-weight:400}
thead th{color:var(--soft);border-top:0}
th:nth-child(1){width:24%}
th:nth-child(2){width:26%}
th:nth-child(4){width:22%}
td{overflow-wrap:anywhere}
.inside code{padding-left:1rem}
.list{list-style:none;padding:0;margin:0}
.list li{background:var(--paper);border:1px solid var(--line);border-radius:12px;margin:0 0 .5rem}
.list a{display:block;padding:.75rem 1rem;overflow-wrap:anywhere}
a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:47.99rem){
main{padding:1.25rem .75rem 2rem}
h1{font-size:1.4rem}
.chapter{padding:1rem .75rem}
.drawing{margin:0 -.25rem 1rem}
.step{padding-left:2.75rem}
.step table,.step tbody,.step tr,.step td,.step th{display:block;width:auto}
.step thead{position:absolute;clip-path:inset(50%)}
.step tr{border-top:1px solid var(--line);padding:.4rem 0}
.step tbody th,.step td{border:0;padding:0}
.step tbody th code{font-weight:600}
}
"""
_DARK = (
    ":root{--ground:#14171c;--paper:#1c2027;--ink:#e8eaee;--soft:#a7afbd;--line:#343a45;--accent:#8ab4f8;"
    "--wash:#262b34;--bad:#ffaaa5}"
)
_PRINT = """
@media print{
.contents{display:none}
:root{--ground:#fff;--paper:#fff;--ink:#000;--soft:#333;--line:#999;--accent:#000;--wash:#fff;--bad:#000;color-scheme:light}
main{max-width:none;padding:0}
.chapter{border:0;padding:0}
.drawing{display:block;overflow:visible}
.drawing svg{min-width:0;width:100%}
.step,tr,h2{break-inside:avoid}
h2{break-after:avoid}
a{color:inherit}
}
"""


def stylesheet() -> str:
    """Everything that stands in the page's style element. What is printed is light."""
    return f"{_PAGE}{STYLE}@media screen and (prefers-color-scheme:dark){{{_DARK}{DARK_STYLE}}}{_PRINT}"
