"""What the browser shows when it has brought its answer: one sentence, in both languages.

The app does not know yet in which language, and the page is all there will be: its server is gone a moment later. So
the style is in the page, allowed by its hash and nothing else (W3C CSP Level 3).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

_STYLE = (
    ":root{color-scheme:light dark;--ground:#f4f6fa;--surface:#fff;--ink:#1b2430;--quiet:#4d5a6b;--accent:#2459c4}"
    "@media(prefers-color-scheme:dark){:root{--ground:#12161c;--surface:#1d232c;--ink:#eef2f7;--quiet:#b3bfce;"
    "--accent:#8fb4ff}}"
    "*{box-sizing:border-box}"
    "body{margin:0;min-height:100vh;display:grid;place-items:center;padding:16px;background:var(--ground);"
    'color:var(--ink);font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}'
    "main{width:100%;max-width:400px;padding:32px 24px;background:var(--surface);border-radius:16px;"
    "border-top:4px solid var(--accent)}"
    "h1{margin:0;font-size:1.375rem;line-height:1.35}p{margin:4px 0 0;color:var(--quiet)}"
    "section{margin-top:24px}h2{margin:0;font-size:1.125rem}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


@dataclass(frozen=True)
class Page:
    """A page and its status. Each language has a heading and a sentence."""

    status: int
    english: tuple[str, str]
    chinese: tuple[str, str]

    @property
    def headers(self) -> Mapping[str, str]:
        """Nothing is kept, and nothing is told to whoever comes next: the address has the code in it."""
        return {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(self.body)),
            "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src data:; "
            "base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Connection": "close",
        }

    @property
    def body(self) -> bytes:
        """The page."""
        heading, sentence = map(escape, self.english)
        chinese_heading, chinese_sentence = map(escape, self.chinese)
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{heading} · {chinese_heading}</title>"
            f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body><main>'
            f"<h1>{heading}</h1><p>{sentence}</p>"
            f'<section lang="zh-CN"><h2>{chinese_heading}</h2><p>{chinese_sentence}</p></section>'
            "</main></body></html>"
        ).encode()


RECEIVED = Page(
    200,
    ("You can close this page", "The app has its answer. Go back to it and go on there."),
    ("可以关闭此页面了", "应用已收到答复，回到应用继续即可。"),
)
DECLINED = Page(
    200,
    ("You chose not to share", "The app was told, and got nothing. You can close this page."),
    ("你选择了不授权", "已告知应用，它什么也没有得到。可以关闭此页面了。"),
)
FAILED = Page(
    400,
    ("This did not work", "Nobody was signed in. Go back to the app: it says what happened, and you can try again."),
    ("这次没有成功", "没有登录任何人。请回到应用：那里写明了原因，也可以重试。"),
)
NOT_USED = Page(
    409,
    ("This was used already", "The app takes one answer, and it has one. You can close this page."),
    ("已经用过了", "应用只接受一次答复，而且已经收到。可以关闭此页面了。"),
)
NOT_OURS = Page(
    404,
    ("Nothing is here", "The app waits for an answer of the portal, and this is none. You can close this page."),
    ("这里什么也没有", "应用在等待门户的答复，而这不是。可以关闭此页面了。"),
)
