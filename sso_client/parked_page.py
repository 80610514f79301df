"""What the page about a kept form shows: where it was, what is in it, and the two buttons."""

from __future__ import annotations

from html import escape
from urllib.parse import unquote, urlsplit

from sso_client.parked_form import ParkedForm
from sso_client.posted_form import CSRF_FIELD, TICKET, Field, looks_secret
from sso_client.texts import LABELS

LONGEST_SHOWN = 200
MOST_SHOWN = 30


def parked_content(form: ParkedForm, form_id: str, action: str, csrf_token: str, language: str) -> str:
    """Return the HTML for `form`.

    action: where *Do not send* is posted to.   csrf_token: of the session as it is now.
    """
    place = form.page or form.path
    shown = [field for field in form.fields if not looks_secret(field[0])]
    rows = "\n".join(_row(field, language) for field in shown[:MOST_SHOWN])
    left = len(shown) - MOST_SHOWN
    more = f"<p>{escape(LABELS['more'][language].format(count=left))}</p>" if left > 0 else ""
    return f"""<p class="place">{escape(LABELS["for_page"][language])}<br>
<a href="{escape(place)}">{escape(_readable(place))}</a></p>
<dl class="fields">
{rows}
</dl>
{more}
{_form(form.path, _again(form, form_id, csrf_token), LABELS["send"][language], "primary")}
{_form(action, [(CSRF_FIELD, csrf_token)], LABELS["discard"][language], "")}"""


def _row(field: Field, language: str) -> str:
    name, value = field
    text = value if len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN].rstrip() + "…"
    filled = escape(text) if text.strip() else f"<span>{escape(LABELS['empty'][language])}</span>"
    return f"<dt>{escape(name)}</dt><dd>{filled}</dd>"


def _again(form: ParkedForm, form_id: str, csrf_token: str) -> list[Field]:
    # The ticket comes first and is taken off before the view sees the form, which is then as it was.
    fields = [(name, csrf_token if name == CSRF_FIELD else value) for name, value in form.fields]
    return [(TICKET, form_id), *fields]


def _form(action: str, fields: list[Field], label: str, look: str) -> str:
    inputs = "".join(_input(name, value) for name, value in fields)
    return (
        f'<form method="post" action="{escape(action)}" accept-charset="utf-8">{inputs}'
        f'<button class="{look}">{escape(label)}</button></form>'
    )


def _input(name: str, value: str) -> str:
    return f'<input type="hidden" name="{_exact(name)}" value="{_exact(value)}">'


def _exact(value: str) -> str:
    # Line breaks as references: written plainly, a parser of HTML would join CR LF to one character.
    return escape(value).replace("\r", "&#13;").replace("\n", "&#10;")


def _readable(path: str) -> str:
    parts = urlsplit(path)
    return unquote(parts.path) + (f"?{unquote(parts.query)}" if parts.query else "")
