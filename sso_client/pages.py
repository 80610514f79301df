"""The kit's own pages: small, calm, without script, each with a way out. They know no web framework."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from sso_client.texts import LABELS, NOTES, TEXTS

RETRY_SECONDS = 5

STYLESHEET = """\
:root{color-scheme:light dark;--ink:#1d2330;--soft:#596275;--paper:#fff;--ground:#f4f5f8;--line:#dfe2ea;\
--accent:#1f4fbf}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaf0;--soft:#a7afc0;--paper:#1b1f29;--ground:#12151c;--line:#323949;\
--accent:#9db8ff}}
*{box-sizing:border-box}
body{margin:0;padding:48px 16px;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,"PingFang SC",\
"Microsoft YaHei","Noto Sans CJK SC",sans-serif}
:lang(zh){line-height:1.7}
main{max-width:400px;margin:0 auto;padding:32px 24px;background:var(--paper);\
border:1px solid var(--line);border-radius:12px}
h1{margin:0 0 12px;font-size:22px;line-height:1.35}
p{margin:0 0 24px}
form{margin:0}
a.button,button{display:block;width:100%;min-height:44px;margin:0 0 12px;padding:10px 16px;\
border:1px solid var(--line);border-radius:8px;background:none;\
color:var(--ink);font:inherit;text-align:center;text-decoration:none;cursor:pointer}
.button.primary,button.primary{border-color:var(--accent);background:var(--accent);color:var(--paper);font-weight:600}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.place{margin:0 0 16px;color:var(--soft);overflow-wrap:anywhere}
.place a{display:inline-block;padding:10px 0;color:var(--accent)}
.fields{margin:0 0 24px;border-top:1px solid var(--line)}
.fields dt{padding:12px 0 0;color:var(--soft);font-size:14px;overflow-wrap:anywhere}
.fields dd{margin:0;padding:0 0 12px;border-bottom:1px solid var(--line);white-space:pre-line;overflow-wrap:anywhere}
.fields span{color:var(--soft)}
details{margin-top:16px;color:var(--soft);font-size:14px;overflow-wrap:anywhere}
summary{min-height:44px;padding:10px 0;cursor:pointer}
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A complete answer: status, headers, body in HTML."""

    status: int
    headers: dict[str, str]
    html: str


@dataclass(frozen=True, slots=True)
class Action:
    """A way out: a link, or with `csrf_token` a form that is posted. `label` is a key of texts.LABELS."""

    label: str
    url: str
    csrf_token: str = field(repr=False, default="")


def page(
    kind: str,
    language: str,
    actions: list[Action],
    *,
    stylesheet: str,
    issuer_origin: str,
    details: str = "",
    note: str = "",
    content: str = "",
) -> Page:
    """Return the page of `kind` (a key of texts.TEXTS).

    actions: ways out, the first one being the main one.   stylesheet: address of STYLESHEET.
    issuer_origin: where the sign-out form may lead on to.   details: for the site's developer; never a secret.
    note: a key of texts.NOTES.   content: HTML of its own, made of nothing unescaped.
    """
    text = TEXTS[kind]
    title = escape(text.title[language])
    buttons = "\n".join(_button(action, language, primary=index == 0) for index, action in enumerate(actions))
    further = f"<p>{escape(NOTES[note][language])}</p>" if note else ""
    more = ""
    if details:
        more = (
            f"<details><summary>{escape(LABELS['details'][language])}</summary><code>{escape(details)}</code></details>"
        )
    html = f"""<!doctype html>
<html lang="{"zh-CN" if language == "zh" else "en"}">
<head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="stylesheet" href="{escape(stylesheet)}"></head>
<body><main>
<h1>{title}</h1>
<p>{escape(text.body[language])}</p>
{further}{content}
{buttons}
{more}
</main></body></html>
"""
    return Page(text.status, _headers(text.status, language, issuer_origin), html)


def _button(action: Action, language: str, *, primary: bool) -> str:
    label, url = escape(LABELS[action.label][language]), escape(action.url)
    look = "primary" if primary else ""
    if not action.csrf_token:
        return f'<a class="button {look}" href="{url}">{label}</a>'
    token = escape(action.csrf_token)
    return (
        f'<form method="post" action="{url}"><input type="hidden" name="csrf_token" value="{token}">'
        f'<button class="{look}">{label}</button></form>'
    )


def _headers(status: int, language: str, issuer_origin: str) -> dict[str, str]:
    headers = {
        # Browsers apply form-action to the redirects that follow a form, and signing out leads to the portal.
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {issuer_origin}",
        "Content-Language": "zh-CN" if language == "zh" else "en",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept-Language, Cookie",
        "X-Content-Type-Options": "nosniff",
    }
    if status == 503:
        headers["Retry-After"] = str(RETRY_SECONDS)
    if status == 401:
        # RFC 9110 section 15.5.2 asks for a challenge; no HTTP scheme describes a form, and this one no browser knows.
        headers["WWW-Authenticate"] = 'Cookie realm="sign-in"'
    return headers
